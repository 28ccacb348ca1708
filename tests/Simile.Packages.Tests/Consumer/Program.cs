using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Simile;
using Simile.Hosting;
using Simile.Search;

// Arguments: a sentence, a folder of documents, a picture.
await using var texts = await TextEmbedder.LoadInstalledAsync("simile-text-mini");
var batch = await texts.EmbedAsync([args[0]]);
Console.WriteLine(batch.Dimensions);
Console.WriteLine(string.Join(' ', batch[0].ToArray().Select(value => value.ToString("R", CultureInfo.InvariantCulture))));

await using var pictures = await ImageEmbedder.LoadInstalledAsync("simile-image-mini");
Console.WriteLine((await pictures.EmbedAsync([ImageInput.FromFile(args[2])])).Space.Equals(texts.Space));

var host = SimileHost.OfThisMachine();
await using var model = await host.OpenModelAsync("simile-text-mini", new EmbeddingModelOptions { Needs = Modality.Text | Modality.Image });
using var store = host.OpenTemporaryStore();
await new IndexBuilder(store, model.Embedder).BuildAsync([args[1]]);
var hits = await (await Searcher.OpenAsync(store, model.Embedder)).SearchAsync(Content.Of(args[0]));
Console.WriteLine(string.Join(' ', hits.Select(hit => Path.GetFileName(hit.Path))));

// A container, set up by a section of the configuration and disposed as anything else.
var configuration = new ConfigurationBuilder()
    .AddInMemoryCollection([new("Simile:Model", "simile-text-mini"), new("Simile:Batching:Workers", "1")])
    .Build();
using var provider = new ServiceCollection().AddSimile(configuration.GetSection("Simile")).BuildServiceProvider();
var hosted = await provider.GetRequiredService<IEmbedder<string>>().EmbedAsync(args[0]);
Console.WriteLine(hosted == batch[0]);
