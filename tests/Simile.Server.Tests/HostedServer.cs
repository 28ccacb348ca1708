using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Simile.Batching;
using Simile.Hosting.Generators;
using Simile.Registry;

namespace Simile.Server.Tests;

/// <summary>The routes in an application of the user's own, over a generator that answers when the test lets it.</summary>
internal sealed class HostedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HostedServer(WebApplication app, HeldGenerator generator)
    {
        (_app, Generator) = (app, generator);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public HeldGenerator Generator { get; }

    public static async Task<HostedServer> StartAsync(BatchingOptions batching, Action<SimileServerOptions> configure)
    {
        var generator = new HeldGenerator();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSimile(
            "held",
            options =>
            {
                options.Generator = _ => generator;
                options.GeneratorOptions = new GeneratorEmbedderOptions { ModelId = "held" };
                options.Batching = batching;
                options.MemoryCache = null;
            }
        );
        builder.Services.AddSimileServer(configure);
        var app = builder.Build();
        app.MapSimile();
        await app.StartAsync();
        return new HostedServer(app, generator);
    }

    /// <summary>Inputs that wait in the queue.</summary>
    public async Task<int> WaitingAsync()
    {
        var registry = _app.Services.GetRequiredService<EmbedderRegistry>();
        await using var lease = await registry.GetAsync<BatchingEmbedder<string>>("held", TestContext.Current.CancellationToken);
        return lease.Embedder.Waiting;
    }

    public Task<HttpResponseMessage> PostAsync(string text, CancellationToken cancellationToken) =>
        Client.PostAsync("/v1/embeddings", new StringContent($"{{\"input\":\"{text}\"}}"), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Generator.Release();
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>A generator that waits, after its first answer, until it is released.</summary>
internal sealed class HeldGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _begun = new(0);
    private int _texts;

    /// <summary>Texts that came so far.</summary>
    public int Texts => Volatile.Read(ref _texts);

    public bool IsHolding { get; set; }

    public void Release() => _held.TrySetResult();

    /// <summary>Waits until a batch has come.</summary>
    public Task BegunAsync() => _begun.WaitAsync(TestContext.Current.CancellationToken);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var texts = values.ToArray();
        if (IsHolding)
        {
            Interlocked.Add(ref _texts, texts.Length);
            _begun.Release();
            await _held.Task;
        }

        return [.. texts.Select(_ => new Embedding<float>(new float[] { 1, 0 }))];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
