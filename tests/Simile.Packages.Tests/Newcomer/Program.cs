using Simile;

// What somebody writes who has read one line of the README. Arguments: a picture.
await using var embedder = await TextEmbedder.LoadInstalledAsync();

// One text.
var vector = await embedder.EmbedAsync("text");
float[] array = vector;
ReadOnlySpan<float> span = vector;
Console.WriteLine(
    $"{vector.Length} {vector[0] == array[0]} {vector[^1] == span[255]} {vector.TokensUsed} {vector.Truncated} "
        + $"{vector.Max() == array.Max()}"
);
Console.WriteLine(string.Join(", ", vector[..2].ToArray()));

// Several, in whatever they are kept.
var batch = await embedder.EmbedAsync(["a cat", "a kitten", "a bank"]);
string[] texts = ["a cat", "a kitten", "a bank"];
var list = new List<string> { "a cat", "a kitten", "a bank" };
var others = new[]
{
    await embedder.EmbedAsync(texts),
    await embedder.EmbedAsync(list),
    await embedder.EmbedAsync(texts.Select(text => text.Trim())),
};
Console.WriteLine(others.All(other => other.SequenceEqual(batch)));

// Each vector in its turn.
var sum = 0f;
foreach (var row in batch)
{
    sum += row[0];
    await Task.Yield();
    sum += row.Sum();
}

var arrays = batch.Select(row => row.ToArray()).ToList();
Console.WriteLine($"{float.IsFinite(sum)} {batch[0].ToArray().Length} {arrays.Count}");

// Comparing.
var cosine = Similarity.Cosine(batch[0], batch[1]);
Console.WriteLine(
    cosine == Similarity.Cosine(arrays[0], arrays[1])
        && cosine == Similarity.Cosine(batch[0], arrays[1])
        && cosine == Similarity.Cosine(arrays[0].AsSpan(), batch[1].Span)
);
Console.WriteLine(cosine == await embedder.SimilarityAsync("a cat", "a kitten"));
var query = await embedder.EmbedAsync("a young cat", new EmbedOptions { Purpose = EmbedPurpose.Query });
var best = texts.Zip(batch).MaxBy(pair => Similarity.Cosine(query, pair.Second)).First;
Console.WriteLine(best);
Console.WriteLine(string.Join(' ', TopK.Search(batch.Block, batch.Dimensions, query, k: 2).Select(row => texts[row.Row])));

// With a token that stops it, and with options.
using var source = new CancellationTokenSource();
Console.WriteLine((await embedder.EmbedAsync("text", cancellationToken: source.Token)) == vector);
Console.WriteLine((await embedder.EmbedAsync(texts, new EmbedOptions { Dimensions = 64 }, source.Token)).Dimensions);
Console.WriteLine((await embedder.EmbedAsync("text", new EmbedOptions { Dimensions = 64 }, source.Token)).Length);
await source.CancelAsync();
try
{
    await embedder.EmbedAsync(texts, cancellationToken: source.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine("stopped");
}

// What went wrong.
try
{
    await embedder.EmbedAsync("");
}
catch (SimileException error)
{
    Console.WriteLine(error.Code == ErrorCode.EmptyText);
}

// An interface is as good as the class.
IEmbedder<string> anyEmbedder = embedder;
Console.WriteLine(
    (await anyEmbedder.EmbedAsync("text")) == vector && 1 == Math.Round(await anyEmbedder.SimilarityAsync("a cat", "a cat"), 3)
);

// Pictures, and both together.
using var images = await ImageEmbedder.LoadInstalledAsync("simile-image-mini");
var picture = await images.EmbedAsync(ImageInput.FromFile(args[0]));
var bytes = await images.EmbedAsync(ImageInput.FromBytes(await File.ReadAllBytesAsync(args[0])));
Console.WriteLine(picture == bytes);
var both = new ContentEmbedder(embedder, images);
var mixed = await both.EmbedAsync(["a pizza", ImageInput.FromFile(args[0]), "a chair"]);
Console.WriteLine(Similarity.Cosine(mixed[1], mixed[0]) > Similarity.Cosine(mixed[1], mixed[2]));
Console.WriteLine((await both.EmbedAsync("a pizza")) == mixed[0] && (await both.EmbedAsync(ImageInput.FromFile(args[0]))) == mixed[1]);
Console.WriteLine(await both.SimilarityAsync("a pizza", ImageInput.FromFile(args[0])) == Similarity.Cosine(mixed[0], mixed[1]));
