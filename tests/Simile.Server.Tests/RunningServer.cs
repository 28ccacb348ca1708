using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Simile.Hosting;
using Simile.Server.Program;

namespace Simile.Server.Tests;

/// <summary>The real server on a free port of this machine, with the shipped models and a small BERT of the reference
/// checkpoints.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string Mini = "simile-text-mini";
    public const string Bert = "bert";

    private readonly SimileServer _server;

    private RunningServer(SimileServer server)
    {
        _server = server;
        Client = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromMinutes(2) };
    }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public SimileServer Program => _server;

    public static async Task<RunningServer> StartAsync(Action<ServeSettings, SimileServerOptions>? configure = null) =>
        new(
            await SimileServer.StartAsync(
                SimileHost.OfThisMachine(),
                (settings, options) =>
                {
                    (settings.Models, settings.Port) = ([Mini, BertFolder], 0);
                    configure?.Invoke(settings, options);
                }
            )
        );

    public static string BertFolder => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", Bert);

    public Task<HttpResponseMessage> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        PostAsync(path, new ByteArrayContent(Encoding.UTF8.GetBytes(json)), headers);

    public async Task<HttpResponseMessage> PostAsync(string path, HttpContent content, params (string Name, string Value)[] headers)
    {
        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts what is answered.</summary>
    public async Task<JsonElement> AskAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        using var answer = await PostAsync(path, json, headers);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    /// <summary>Posts what is refused.</summary>
    public async Task<JsonElement> RefusedAsync(int status, string path, string json, params (string Name, string Value)[] headers)
    {
        using var answer = await PostAsync(path, json, headers);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}, not {status}: {text}");
        Assert.NotEmpty(answer.Headers.GetValues("x-request-id"));
        return JsonElement.Parse(text);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}

/// <summary>One server for the tests that change nothing about it, and the same models in process.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    internal TextEmbedder Mini { get; private set; } = null!;

    internal TextEmbedder Bert { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RunningServer.StartAsync(
            (settings, options) =>
            {
                settings.CacheMegabytes = 0;
                options.Aliases = ["text-embedding-3-small=" + RunningServer.Mini];
            }
        );
        Mini = await TextEmbedder.LoadInstalledAsync();
        Bert = await TextEmbedder.LoadAsync(RunningServer.BertFolder);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Mini.Dispose();
        Bert.Dispose();
    }

    internal TextEmbedder Model(string name) => name == RunningServer.Bert ? Bert : Mini;
}

/// <summary>What several classes of tests look at.</summary>
internal static class Read
{
    public static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetSingle())];

    public static float[] Base64(JsonElement text) => Bytes(text.GetBytesFromBase64());

    public static float[] Bytes(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i))];

    public static JsonElement Error(JsonElement answer) => answer.GetProperty("error");

    public static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
