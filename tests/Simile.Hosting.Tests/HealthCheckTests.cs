using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.Health;
using Simile.Hosting.HostedModels;
using Simile.Registry;

namespace Simile.Hosting.Tests;

/// <summary>The health check runs the model.</summary>
public class HealthCheckTests
{
    [Fact]
    public async Task AModelThatWorksIsHealthy()
    {
        using var host = await AddSimileTests.StartAsync(services =>
        {
            services.AddSimile(options => options.Model = "simile-text-mini");
            services.AddSimile("remote", options => options.Generator = _ => new FakeGenerator());
            services.AddHealthChecks().AddSimile().AddSimile("remote");
        });
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Status);
        var data = report.Entries["simile"].Data;
        Assert.Equal(("default", "simile-text-mini"), (data["embedder"], data["model"]));
        Assert.IsType<double>(data["texts_ms"]);
        Assert.Contains("/256", (string)data["space"], StringComparison.Ordinal);
        Assert.Equal(64, ((string)data["texts_recipe"]).Length);
        Assert.Equal("ollama/nomic", report.Entries["simile-remote"].Data["model"]);
    }

    [Fact]
    public async Task AnotherVectorIsUnhealthyThoughItIsCached()
    {
        var model = new FakeEmbedder<string>(text => text);
        var result = await CheckAsync(model, fake => fake.Shift = 1e-3f);
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("another vector", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelThatThrowsIsUnhealthy()
    {
        var result = await CheckAsync(
            new FakeEmbedder<string>(text => text),
            fake => fake.Throws = new InvalidOperationException("broken")
        );
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.IsType<SimileException>(result.Exception);
    }

    [Fact]
    public async Task AFullQueueIsDegraded()
    {
        var result = await CheckAsync(
            new FakeEmbedder<string>(text => text),
            fake => fake.Throws = new SimileException(ErrorCode.QueueFull, "full"),
            batching: null
        );
        Assert.Equal(HealthStatus.Degraded, result.Status);
    }

    [Fact]
    public async Task NothingRegisteredIsUnhealthy()
    {
        var registration = new SimileRegistration("nobody");
        await using var registry = new EmbedderRegistry();
        var result = await new SimileHealthCheck(registry, registration, TimeProvider.System).CheckHealthAsync(ContextOf());
        Assert.Equal((HealthStatus.Unhealthy, ErrorCode.UnknownEmbedder), (result.Status, ((SimileException)result.Exception!).Code));
    }

    private static Task<HealthCheckResult> CheckAsync(FakeEmbedder<string> model, Action<FakeEmbedder<string>> spoil) =>
        CheckAsync(model, spoil, new BatchingOptions());

    private static async Task<HealthCheckResult> CheckAsync(
        FakeEmbedder<string> model,
        Action<FakeEmbedder<string>> spoil,
        BatchingOptions? batching
    )
    {
        using var cache = new MemoryCache();
        await using var stack = new HostedModel(
            "fake",
            new DecoratedEmbedder<string>(model, batching, cache, new TextKey(), null, "fake"),
            null,
            [],
            null
        );
        await stack.ProbeAsync(areExact: true, CancellationToken.None);
        await using var registry = new EmbedderRegistry();
        registry.Register("default", stack);
        var check = new SimileHealthCheck(registry, new SimileRegistration(string.Empty), TimeProvider.System);
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(ContextOf())).Status);
        spoil(model);
        return await check.CheckHealthAsync(ContextOf());
    }

    private static HealthCheckContext ContextOf() =>
        new() { Registration = new HealthCheckRegistration("simile", _ => null!, HealthStatus.Unhealthy, null) };
}
