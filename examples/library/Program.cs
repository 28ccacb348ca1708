// Texts and pictures into vectors, and how alike they are.
//   dotnet run --project examples/library [picture]
using Simile;

// The models are found by their names beside the program (the package Simile.Models.Mini puts them there) or above it.
await using var texts = await TextEmbedder.LoadInstalledAsync("simile-text-mini");

string[] sentences = ["a cat sleeps on the sofa", "a kitten naps on the couch", "the shares of the bank fell"];
var vectors = await texts.EmbedAsync(sentences);
Console.WriteLine($"{vectors.Count} texts, {vectors.Dimensions} values each");
for (var i = 1; i < sentences.Length; i++)
{
    Console.WriteLine($"  {Similarity.Measure(vectors, 0, vectors, i):F2}  {sentences[0]} | {sentences[i]}");
}

// A bad input is one failed row with its error; the others have their vectors.
var mixed = await texts.EmbedAsync(["half a character: \ud83d", "a whole sentence"]);
for (var i = 0; i < mixed.Count; i++)
{
    var outcome = mixed.Outcomes[i];
    Console.WriteLine(outcome.Error is { } error ? $"  row {i}: {error.Code}" : $"  row {i}: {outcome.TokensUsed} tokens");
}

// The model of pictures was trained into the space of the texts: its vectors can be compared with theirs.
await using var images = await ImageEmbedder.LoadInstalledAsync("simile-image-mini");
var path = args.Length > 0 ? args[0] : "samples/pictures/sunflower.jpg";
var picture = await images.EmbedAsync([ImageInput.FromFile(path)]);
string[] captions = ["a photo of a sunflower", "a photo of a chair", "a photo of a pizza"];
var labels = await texts.EmbedAsync(captions);
Console.WriteLine(Path.GetFileName(path));
foreach (var i in Enumerable.Range(0, captions.Length).OrderByDescending(i => Similarity.Measure(picture, 0, labels, i)))
{
    Console.WriteLine($"  {Similarity.Measure(picture, 0, labels, i):F2}  {captions[i]}");
}
