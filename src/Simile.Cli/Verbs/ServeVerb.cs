using System.CommandLine;
using Simile.Cli.Output;
using Simile.Engine.Products;
using Simile.Hosting;
using Simile.Server;
using Simile.Server.Program;

namespace Simile.Cli.Verbs;

/// <summary>Embeddings over HTTP, for programs of all languages.</summary>
internal static class ServeVerb
{
    private const int MaxPort = 65_535;

    public static Command Create(Lazy<SimileHost> host)
    {
        var options = new ServeOptions();
        const string purpose = "Serve embeddings over HTTP to the clients of OpenAI and others, on this machine only unless told otherwise";
        var verb = new Command("serve", purpose);
        options.AddTo(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                await RunAsync(host.Value, (settings, server) => options.Apply(parsed, settings, server), cancellationToken);
                return 0;
            }
        );
    }

    private static async Task RunAsync(
        SimileHost host,
        Action<ServeSettings, SimileServerOptions> configure,
        CancellationToken cancellationToken
    )
    {
        await using var server = await SimileServer.StartAsync(host, configure, cancellationToken);
        var model = server.Models[0];
        Console.WriteLine($"Simile serves {SafeText.Line(string.Join(", ", server.Models))} at {server.Address} (Ctrl-C ends it). Try:");
        Console.WriteLine(
            $"curl {server.Address}/v1/embeddings -H 'Content-Type: "
                + $"application/json'{(server.NeedsKey ? " -H 'Authorization: Bearer KEY'" : "")} "
                + $"-d '{{\"model\": \"{SafeText.Line(model)}\", \"input\": \"a cat on the sofa\"}}'"
        );
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.Error.WriteLine("Ending: what is under way is answered first.");
        await server.StopAsync();
    }

    /// <summary>The flags; each wins over the environment and the settings file.</summary>
    private sealed class ServeOptions
    {
        private readonly Option<string[]> _models = Many(
            "--model",
            "A model to serve, once for each; the first is meant where a client names none. Default: your default model and the "
                + "shipped one",
            "NAME|FOLDER|org/name[@revision]"
        );

        private readonly Option<string?> _host = VerbOptions.Named(
            "--host",
            "The address to listen on; * for all of this machine's. Default: 127.0.0.1, which nobody else reaches",
            "ADDRESS"
        );

        private readonly Option<int?> _port = VerbOptions.MaybeNumber(
            "--port",
            "The port; 0 for any that is free. Default: 8642",
            0,
            MaxPort
        );

        private readonly Option<string[]> _keys = Many(
            "--key",
            "A key that clients must show, at least 16 characters; @file for one a line. Others see the arguments of programs: "
                + "prefer @file",
            "KEY|@FILE"
        );

        private readonly Option<string?> _reranker = VerbOptions.Named(
            "--reranker",
            "A reranker for the rerank routes; without one they compare vectors, and say so",
            "NAME|FOLDER|org/name[@revision]"
        );

        private readonly Option<string[]> _aliases = Many(
            "--alias",
            "Another name for a model, such as text-embedding-3-small=minilm",
            "NAME=MODEL"
        );
        private readonly Option<string[]> _hosts = Many(
            "--allow-host",
            "A name that clients may call this server by (Host header)",
            "NAME"
        );
        private readonly Option<string[]> _origins = Many("--allow-origin", "A page whose scripts may call this server", "ORIGIN");
        private readonly Option<bool> _anyone = new("--let-anyone-on-the-network-in")
        {
            Description = "Answer everybody who reaches this machine, without a key",
        };

        private readonly Option<bool?> _truncate = new("--truncate")
        {
            Description = "Cut texts that are too long (or, with false, refuse them) wherever a request does not say it",
        };

        private readonly Option<int?> _threads = VerbOptions.MaybeNumber("--threads", "Threads to use", 1, VerbOptions.MaxThreads);
        private readonly Option<ComputePrecision> _compute = VerbOptions.Choice(
            "--compute",
            "Arithmetic of a transformer's products; static models know float32 only",
            ComputePrecision.Float32
        );

        private readonly Option<int?> _drain = VerbOptions.MaybeNumber(
            "--drain-delay",
            "Seconds to go on answering after /health/ready says that the server ends; for load balancers. Default: 0",
            0,
            3600
        );

        public void AddTo(Command verb)
        {
            Option[] all =
            [
                _models,
                _host,
                _port,
                _keys,
                _reranker,
                _aliases,
                _hosts,
                _origins,
                _anyone,
                _truncate,
                _threads,
                _compute,
                _drain,
            ];
            foreach (var option in all)
            {
                verb.Options.Add(option);
            }
        }

        public void Apply(ParseResult parsed, ServeSettings settings, SimileServerOptions server)
        {
            settings.Models = Given(parsed, _models) ?? settings.Models;
            settings.Host = parsed.GetValue(_host) ?? settings.Host;
            settings.Port = parsed.GetValue(_port) ?? settings.Port;
            settings.Reranker = parsed.GetValue(_reranker) ?? settings.Reranker;
            settings.Threads = parsed.GetValue(_threads) ?? settings.Threads;
            settings.Compute = parsed.GetResult(_compute) is { Implicit: false } ? parsed.GetValue(_compute) : settings.Compute;
            settings.DrainDelay = parsed.GetValue(_drain) is { } seconds ? TimeSpan.FromSeconds(seconds) : settings.DrainDelay;
            server.Keys = Given(parsed, _keys)?.SelectMany(KeysOf).ToArray() ?? server.Keys;
            server.Aliases = Given(parsed, _aliases) ?? server.Aliases;
            server.Hosts = Given(parsed, _hosts) ?? server.Hosts;
            server.Origins = Given(parsed, _origins) ?? server.Origins;
            server.LetAnyoneOnTheNetworkIn |= parsed.GetValue(_anyone);
            server.Truncate = parsed.GetValue(_truncate) ?? server.Truncate;
        }

        private static string[]? Given(ParseResult parsed, Option<string[]> option) =>
            parsed.GetValue(option) is { Length: > 0 } values ? values : null;

        private static IEnumerable<string> KeysOf(string key) =>
            key.StartsWith('@') ? File.ReadLines(key[1..]).Select(line => line.Trim()).Where(line => line.Length > 0) : [key];

        private static Option<string[]> Many(string name, string description, string helpName)
        {
            var option = new Option<string[]>(name) { Description = description, HelpName = helpName };
            option.Validators.Add(VerbOptions.RefuseEmpty);
            return option;
        }
    }
}
