using System.Globalization;
using Simile.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var peer, var model, var corpus, var batch, var seconds])
{
    Console.Error.WriteLine(
        $"""
        dotnet run -c Release --project bench/peers-dotnet -- PEER MODEL CORPUS.txt BATCH SECONDS
        PEER is one of {string.Join(", ", Peers.Names)}; MODEL a folder of all-MiniLM-L6-v2 with onnx/model.onnx and vocab.txt;
        BATCH the texts of a call (0: all at once). Writes one JSON object. bench/peers-dotnet/run runs all of them.
        """
    );
    return 2;
}

var texts = await File.ReadAllLinesAsync(corpus);
await using var embedder = await Peers.OpenAsync(peer, model, Peers.Threads);
var size = int.Parse(batch, CultureInfo.InvariantCulture) is > 0 and var some ? some : texts.Length;
var result = await Measurement.RunAsync(embedder, texts, size, TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
Console.WriteLine(result.ToJson(peer, Path.GetFileNameWithoutExtension(corpus), batch));
return 0;
