using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Simile.Hosting.Telemetry;
using Simile.Monitoring;
using Simile.Vectors;

namespace Simile.Hosting.Tests;

/// <summary>A real web application whose requests embed: metrics and traces reach the collector.</summary>
public class WebTelemetryTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public async Task ARequestThatEmbedsLeavesATrace(string? traceParent)
    {
        var requests = new ConcurrentQueue<LoopbackRequest>();
        using var collector = new LoopbackServer(request =>
        {
            requests.Enqueue(request);
            return new LoopbackAnswer(200, []);
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        builder.Services.AddSimile(options => options.Model = "simile-text-mini");
        builder.Services.AddSimileTelemetry(options => options.ServiceName = "shop");
        await using var application = builder.Build();
        application.MapGet(
            "/",
            async (HttpContext context) =>
            {
                var batch = await context
                    .RequestServices.GetRequiredService<IEmbedder<string>>()
                    .EmbedAsync(["one", "two"], null, context.RequestAborted);
                await context.Response.WriteAsync(batch.Dimensions.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        );
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, application.Urls.Single());
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.OK, "256"),
            (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
        );
        Assert.True(application.Services.GetRequiredService<SimileTelemetry>().Flush(TimeSpan.FromMinutes(5)));
        Assert.Contains("embeddings simile-text-mini", Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains(MetricNames.OperationDuration, Sent("/v1/metrics"), StringComparison.Ordinal);

        string Sent(string path) =>
            string.Concat(requests.Where(sent => sent.Path == path).Select(sent => Encoding.UTF8.GetString(sent.Body)));
    }
}
