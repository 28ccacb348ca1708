using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Simile.Hosting.Telemetry;
using Simile.Monitoring;
using Simile.Vectors;

namespace Simile.Hosting.Tests;

/// <summary>Metrics and traces reach a collector of OpenTelemetry.</summary>
public class TelemetryTests
{
    [Fact]
    public async Task ACollectorGetsMetricsAndTraces()
    {
        var requests = new ConcurrentQueue<LoopbackRequest>();
        using var collector = new LoopbackServer(request =>
        {
            requests.Enqueue(request);
            return new LoopbackAnswer(200, []);
        });
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        builder.Services.AddSimile(options => options.Model = "simile-text-mini");
        builder.Services.AddSimileTelemetry(options => options.ServiceName = "library");
        using var host = builder.Build();
        await host.StartAsync();
        var embedder = host.Services.GetRequiredService<IEmbedder<string>>();
        await embedder.EmbedAsync(["one", "two", ""]);
        await embedder.EmbedAsync(["one"]);
        Assert.True(host.Services.GetRequiredService<SimileTelemetry>().Flush(TimeSpan.FromMinutes(5)));
        Assert.All(
            requests,
            request => Assert.Equal(("POST", "application/x-protobuf"), (request.Method, request.Headers["Content-Type"]))
        );
        var metrics = Text(requests.Where(request => request.Path == "/v1/metrics"));
        Assert.All(
            (string[])
                [
                    MetricNames.OperationDuration,
                    MetricNames.QueueWait,
                    MetricNames.BatchTokens,
                    MetricNames.CacheHits,
                    MetricNames.Errors,
                    ErrorCode.EmptyText,
                    "library",
                ],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal)
        );
        Assert.Contains(
            "embeddings simile-text-mini",
            Text(requests.Where(request => request.Path == "/v1/traces")),
            StringComparison.Ordinal
        );
    }

    // ASP.NET Core makes an activity for each request, which is not recorded unless the host asks for it.
    [Fact]
    public async Task TracesArriveFromWithinARequestThatNobodyRecords()
    {
        var requests = new ConcurrentQueue<LoopbackRequest>();
        using var collector = new LoopbackServer(request =>
        {
            requests.Enqueue(request);
            return new LoopbackAnswer(200, []);
        });
        var target = TelemetryTarget.Find(new TelemetryOptions { Endpoint = new Uri(collector.Address) }, configuration: null);
        using var telemetry = new SimileTelemetry(target, new TelemetryOptions());
        using var monitor = new EmbeddingMonitor();
        using (var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            Assert.False(request.Recorded);
            await new MonitoringEmbedder<string>(new FakeEmbedder<string>(text => text), monitor, "within").EmbedAsync(["one"]);
        }

        Assert.True(telemetry.Flush(TimeSpan.FromMinutes(5)));
        Assert.Contains("embeddings within", Text(requests.Where(request => request.Path == "/v1/traces")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AContainerThatIsDisposedSynchronouslyClosesTheModels()
    {
        var services = new ServiceCollection();
        services.AddSimile(options => options.Model = "simile-text-mini");
        IEmbedder<string> embedder;
        using (var provider = services.BuildServiceProvider())
        {
            embedder = provider.GetRequiredService<IEmbedder<string>>();
            Assert.Single(await embedder.EmbedAsync(["one"]));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await embedder.EmbedAsync(["two"]));
    }

    [Fact]
    public void WithoutAnEndpointNothingIsSent()
    {
        Assert.Null(TelemetryTarget.Find(new TelemetryOptions(), configuration: null));
        using var telemetry = new SimileTelemetry(null, new TelemetryOptions());
        Assert.Null(telemetry.Endpoint);
        Assert.True(telemetry.Flush(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("localhost:4318", null, 60_000)]
    [InlineData("ftp://localhost", null, 60_000)]
    [InlineData("http://localhost:4318", "http/json", 60_000)]
    [InlineData("http://localhost:4318", null, 0)]
    public void WrongOptionsAreRefused(string endpoint, string? protocol, int milliseconds)
    {
        var options = new TelemetryOptions
        {
            Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute),
            Protocol = protocol,
            MetricInterval = TimeSpan.FromMilliseconds(milliseconds),
        };
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => TelemetryTarget.Find(options, configuration: null)).Code
        );
    }

    [Fact]
    public void EachSignalHasItsPath()
    {
        Assert.Equal(
            "http://localhost:4318/v1/traces",
            TelemetryTarget
                .Find(new TelemetryOptions { Endpoint = new Uri("http://localhost:4318") }, configuration: null)!
                .AddressFor("traces")
                .AbsoluteUri
        );
        Assert.Equal(
            "http://localhost:4317/",
            TelemetryTarget
                .Find(new TelemetryOptions { Endpoint = new Uri("http://localhost:4317"), Protocol = "grpc" }, configuration: null)!
                .AddressFor("traces")
                .AbsoluteUri
        );
    }

    private static string Text(IEnumerable<LoopbackRequest> requests) =>
        string.Concat(requests.Select(request => Encoding.UTF8.GetString(request.Body)));
}
