// Simile in a .NET host: an embedder from the container, with a cache and statistics around it.
//   dotnet run --project examples/dependency-injection
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Simile.Caching;
using Simile.Monitoring;
using Simile.Text;
using Simile.Vectors;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);

// Monitor(Cache(model)): each part wraps the next, and knows nothing of it.
await using var model = await TextEmbedder.LoadInstalledAsync("simile-text-mini");
builder.Services.AddSingleton<IEmbeddingCache, MemoryCache>();
builder.Services.AddSingleton<EmbeddingMonitor>();
builder.Services.AddSingleton<IEmbedder<string>>(services => new MonitoringEmbedder<string>(
    new CachingEmbedder<string>(model, services.GetRequiredService<IEmbeddingCache>(), new TextKey()),
    services.GetRequiredService<EmbeddingMonitor>(),
    "simile-text-mini"));
builder.Services.AddSingleton<Answers>();

using var host = builder.Build();
await host.StartAsync();

var answers = host.Services.GetRequiredService<Answers>();
foreach (var question in new[] { "I forgot my login", "where is my parcel", "I forgot my login" })
{
    Console.WriteLine($"{question} -> {await answers.FindAsync(question)}");
}

// 12 texts were asked for; the model saw those that were new.
var calls = host.Services.GetRequiredService<EmbeddingMonitor>().Statistics(MetricNames.OperationDuration);
var cache = host.Services.GetRequiredService<IEmbeddingCache>().Tiers[0];
Console.WriteLine($"{calls.Count} calls, {cache.Misses} texts through the model");
await host.StopAsync();

/// <summary>Finds the answer that is most like a question.</summary>
internal sealed class Answers(IEmbedder<string> embedder)
{
    private static readonly string[] Known = ["How to reset your password", "How to follow your delivery", "How to send something back"];

    public async Task<string> FindAsync(string question)
    {
        // Asked for again, a text comes from the cache.
        var known = await embedder.EmbedAsync(Known);
        var asked = await embedder.EmbedAsync([question]);
        return Known[Enumerable.Range(0, Known.Length).MaxBy(i => Similarity.Measure(asked, 0, known, i))];
    }
}
