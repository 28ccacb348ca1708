// Simile in a .NET host: a model from the container, with batching, a cache and statistics around it.
//   dotnet run --project examples/dependency-injection
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Simile;
using Simile.Monitoring;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);

// Monitor(Cache(Batch(model))), checked and loaded when the host starts.
builder.Services.AddSimile(options =>
{
    options.Model = "simile-text-mini";
    options.Threads = 1;
});
builder.Services.AddHealthChecks().AddSimile();
builder.Services.AddSingleton<Answers>();

using var host = builder.Build();
await host.StartAsync();

var answers = host.Services.GetRequiredService<Answers>();
foreach (var question in new[] { "I forgot my login", "where is my parcel", "I forgot my login" })
{
    Console.WriteLine($"{question} -> {await answers.FindAsync(question)}");
}

// 12 texts were asked for; the model saw those that were new.
var monitor = host.Services.GetRequiredService<EmbeddingMonitor>();
var (calls, batches) = (monitor.Statistics(MetricNames.OperationDuration), monitor.Statistics(MetricNames.BatchInputs));
Console.WriteLine($"{calls.Count} calls, {batches.Count * batches.Mean:F0} texts through the model");

// The health check embeds a probe, and compares its vector with the one taken at the start.
Console.WriteLine((await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
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
