using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Simile.Caching;
using Simile.Families;
using Simile.Hosting;
using Simile.Models;
using Simile.Server.Dialects;
using Simile.Server.Embedding;
using Simile.Server.Health;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Program;

/// <summary>The server as a program: Kestrel on one address, the models it was told, and all routes.</summary>
internal sealed class SimileServer : IAsyncDisposable
{
    private const string Section = "Simile:Server";
    private readonly WebApplication _app;
    private readonly ServeSettings _settings;

    private SimileServer(WebApplication app, ServeSettings settings) => (_app, _settings) = (app, settings);

    /// <summary>Where it listens, such as <c>http://127.0.0.1:8642</c>.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <summary>The models by their names; the first one is meant where a client names none.</summary>
    public IReadOnlyList<string> Models => [.. _app.Services.GetRequiredService<ServedModels>().All.Select(model => model.Id)];

    /// <summary>Whether clients must show a key.</summary>
    public bool NeedsKey => _app.Services.GetRequiredService<IOptions<SimileServerOptions>>().Value.Keys.Count > 0;

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Loads the models and listens.</summary>
    /// <param name="host">Where the models are.</param>
    /// <param name="configure">Changes what the files and the environment say.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, <see cref="ErrorCode.InvalidOption"/>,
    /// <see cref="ErrorCode.ServerNeedsKey"/>, or <see cref="ErrorCode.AddressUnavailable"/>.</exception>
    public static async Task<SimileServer> StartAsync(
        SimileHost host,
        Action<ServeSettings, SimileServerOptions>? configure = null,
        CancellationToken cancellationToken = default
    )
    {
        // Files that change are not read again: what a server allows is what it was started with.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        var (settings, options) = (new ServeSettings(), new SimileServerOptions());
        SimileSettings.Read(
            builder.Configuration.GetSection(Section),
            Section,
            (settings, typeof(ServeSettings).GetProperties()),
            (options, typeof(SimileServerOptions).GetProperties())
        );
        configure?.Invoke(settings, options);
        settings.Checked(options.Checked());
        Add(builder, settings, options, host);
        var server = new SimileServer(builder.Build(), settings);
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Says that it is about to end, goes on for a while if it was told to, takes no more, and waits for what is under
    /// way.</summary>
    public async Task StopAsync()
    {
        _app.Services.GetRequiredService<ServerState>().Drain();
        await Task.Delay(_settings.DrainDelay).ConfigureAwait(false);
        await _app.StopAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Add(WebApplicationBuilder builder, ServeSettings settings, SimileServerOptions options, SimileHost host)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace
        );
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        // What keeps the server from starting is thrown, and told by whoever started it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Address, settings.Port);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(own => own.ShutdownTimeout = settings.DrainTimeout);
        builder.Services.AddSingleton(host);
        foreach (var model in settings.ModelsOr(host.Settings.Default.Name))
        {
            builder.Services.AddSimile(NameOf(model), own => Configure(own, model, settings, host));
        }

        if (settings.Reranker is { } reranker)
        {
            builder.Services.AddSimileReranker(reranker);
        }

        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            builder.Services.AddSimileTelemetry();
        }

        builder.Services.AddSimileServer();
        builder.Services.AddSingleton(Options.Create(options));
    }

    // Clients learn no path of this machine: a folder is called by its last part.
    private static string NameOf(string model) =>
        Path.IsPathRooted(model) || model.StartsWith('.')
            ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model)))
            : model;

    private static void Configure(SimileOptions own, string model, ServeSettings settings, SimileHost host)
    {
        own.Model = model;
        own.Embeds = Modality.Text | Modality.Image;
        own.Threads = settings.Threads;
        own.Precision = settings.Compute;
        var isStatic = !ModelManifest.Read(host.Models.Resolve(model)).HoldsTransformer;
        own.MemoryCache =
            settings.CacheMegabytes == 0 || isStatic ? null : new MemoryCacheOptions { MaxBytes = (long)settings.CacheMegabytes << 20 };
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _app.MapSimile();
        _app.MapFallback(
            (RequestDelegate)(
                http =>
                    _app.Services.GetRequiredService<ExchangeRunner>()
                        .RunAsync(http, new ExchangeRoute(UnknownRoute.Dialect, UnknownRoute.Refuse, NeedsKey: true, IsWork: false))
            )
        );
        try
        {
            await _app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new SimileException(
                ErrorCode.AddressUnavailable,
                $"The server cannot listen on {_settings.Host}, port {_settings.Port}: {error.Message} Choose another port (0 for any that "
                    + "is free), or another address.",
                error
            );
        }

        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    /// <summary>Who started the server ends it; signals are the program's matter.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>What is said where there is no route.</summary>
    private static class UnknownRoute
    {
        public static Dialect Dialect { get; } = new Nobody();

        public static Task Refuse(Exchange exchange) =>
            throw new RefusalException(
                new Refusal(
                    RefusalKind.UnknownRoute,
                    ErrorCode.RouteNotServed,
                    $"There is no {exchange.Http.Request.Method} {exchange.Http.Request.Path.Value}. Embeddings are at POST "
                        + $"/v1/embeddings, the "
                        + "models at GET /v1/models; docs/server.md lists all routes."
                )
            );

        private sealed class Nobody : Dialect
        {
            public override void Map(SimileRoutes routes) { }

            public override void WriteRefusal(System.Text.Json.Utf8JsonWriter json, Refusal refusal) => OpenAi.Write(json, refusal);
        }
    }
}
