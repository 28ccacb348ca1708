using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Simile.Vectors;

namespace Simile.Hosting.Tests;

/// <summary>What the README shows compiles and runs.</summary>
public class ServiceSnippetTests
{
    [Fact]
    public async Task TheServiceOfTheReadmeRuns()
    {
        string[] args = [];
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSimile(options => options.Model = "simile-text-mini");
        builder.Services.AddSimileTelemetry();
        builder.Services.AddHealthChecks().AddSimile();
        using var host = builder.Build();
        await host.StartAsync();
        var embedder = host.Services.GetRequiredService<IEmbedder<string>>();
        var batch = await embedder.EmbedAsync(["A simile says that one thing is like another."]);
        Assert.Equal(256, batch[0].Length);
    }
}
