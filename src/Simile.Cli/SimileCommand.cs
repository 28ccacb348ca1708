using System.CommandLine;
using System.CommandLine.Help;
using Simile.Cli.Verbs;
using Simile.Hosting;

namespace Simile.Cli;

/// <summary>The command 'simile' with all its verbs.</summary>
internal static class SimileCommand
{
    // '@file' is ours: it means the contents of that file, not more arguments.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    public static Command Create()
    {
        var host = new Lazy<SimileHost>(SimileHost.OfThisMachine);
        return new Command("simile", "Simile: embeddings on your own machine. Text into vectors, compared, indexed, searched and reranked.")
        {
            new HelpOption(),
            new VersionOption(),
            EmbedVerb.Create(host),
            CompareVerb.Create(host),
            IndexVerb.Create(host),
            SearchVerb.Create(host),
            RerankVerb.Create(host),
            CacheVerb.Create(host),
            ModelsVerb.Create(host),
            EvalVerb.Create(host),
            TrainVerb.Create(host),
            InspectVerb.Create(host),
            ClassifyVerb.Create(host),
            BenchVerb.Create(host),
            ServeVerb.Create(host),
            McpVerb.Create(host),
            DoctorVerb.Create(host),
            CompletionVerb.Create(host, Create),
        };
    }

    public static ParseResult Parse(IReadOnlyList<string> arguments) => Create().Parse(arguments, Configuration);
}
