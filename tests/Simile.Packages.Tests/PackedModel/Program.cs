using Simile;

// A model of the company's own feed, by its name, through both doors.
await using var embedder = await TextEmbedder.LoadInstalledAsync("company-model");
await using var model = await EmbeddingModel.OpenAsync("company-model");
var vector = await embedder.EmbedAsync(args[0]);
Console.WriteLine(string.Join(' ', vector.ToArray()));
Console.WriteLine(vector == (await model.Embedder.EmbedAsync([args[0]]))[0]);

// What Simile.Models.Mini brings is there too.
await using var small = await TextEmbedder.LoadInstalledAsync();
Console.WriteLine(small.Space.Dimensions);
