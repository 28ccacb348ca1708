using System.Text.Json;
using System.Text.RegularExpressions;

namespace Simile.Server.Tests;

/// <summary>Health and metrics.</summary>
public sealed partial class HealthTests
{
    [Fact]
    public async Task ReadyMeansThatTheVectorsAreRight()
    {
        await using var server = await RunningServer.StartAsync((_, options) => options.Keys = ["a-key-of-many-letters"]);
        foreach (var route in (string[])["/health/ready", "/health"])
        {
            var ready = JsonElement.Parse(await server.Client.GetStringAsync(route, TestContext.Current.CancellationToken));
            Assert.Equal("ready", Read.Text(ready, "status"));
            Assert.Equal(
                [RunningServer.Mini, RunningServer.Bert],
                ready.GetProperty("models").EnumerateArray().Select(model => Read.Text(model, "id"))
            );
            Assert.All(ready.GetProperty("models").EnumerateArray(), model => Assert.Equal("healthy", Read.Text(model, "status")));
        }

        var live = JsonElement.Parse(await server.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        Assert.Equal("live", Read.Text(live, "status"));
    }

    [Fact]
    public async Task ItSaysThatItEndsBeforeItEnds()
    {
        await using var server = await RunningServer.StartAsync((settings, _) => settings.DrainDelay = TimeSpan.FromSeconds(2));
        using (await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken)) { }

        var stopping = server.Program.StopAsync();
        using var ready = await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var answer = await server.PostAsync("/v1/embeddings", """{"input":"a cat"}""");
        Assert.Equal((503, 200), ((int)ready.StatusCode, (int)answer.StatusCode));
        Assert.Contains("draining", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task MetricsAreInTheFormOfPrometheus()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AskAsync("/v1/embeddings", """{"input":["a cat","a dog"]}""");
        await server.RefusedAsync(400, "/v1/embeddings", """{"input":""}""");
        using var answer = await server.Client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.All(lines.Where(line => line[0] != '#'), line => Assert.Matches(Sample(), line));
        Assert.Contains(lines, line => line.StartsWith("gen_ai_client_operation_duration_seconds_count{", StringComparison.Ordinal));
        Assert.Contains(
            lines,
            line =>
                line.StartsWith("simile_embed_errors_total{", StringComparison.Ordinal)
                && line.Contains("error_type=\"SIM101\"")
                && line.EndsWith(" 1")
        );
        Assert.Contains(
            lines,
            line =>
                line.StartsWith("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal)
                && line.Contains("http_route=\"/v1/embeddings\"")
        );

        // Buckets are cumulative, and the last one is the count.
        var inputs = lines.Where(line => line.StartsWith("simile_embed_inputs_", StringComparison.Ordinal)).ToArray();
        var buckets = inputs.Where(line => line.Contains("_bucket{")).Select(line => double.Parse(line.Split(' ')[^1])).ToArray();
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(2, buckets[^1]);
        Assert.Contains(inputs, line => line.StartsWith("simile_embed_inputs_sum", StringComparison.Ordinal) && line.EndsWith(" 3"));
    }

    [GeneratedRegex("""^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)+\})? (NaN|[+-]?[0-9.eE+-]+)$""")]
    private static partial Regex Sample();
}
