using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;

namespace Simile.Cli.Verbs;

internal static class IndexVerb
{
    private const int MaxChunkTokens = 1_000_000;

    public static Command Create(Lazy<SimileHost> host)
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Files and folders: PDF, office, mail, books, texts, data, source code, pictures (docs/features/documents.md)",
            Arity = ArgumentArity.OneOrMore,
        };
        var store = VerbOptions.Required("--store", "The index file", "FILE");
        var tokens = VerbOptions.Number(
            "--chunk-tokens",
            "Most tokens of a chunk; fewer where the model reads fewer",
            new ChunkerOptions().MaxTokens,
            1,
            MaxChunkTokens
        );
        var overlap = VerbOptions.Number(
            "--overlap-tokens",
            "Tokens a chunk repeats of the one before",
            new ChunkerOptions().OverlapTokens,
            0,
            MaxChunkTokens
        );
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 when any file has a problem" };
        var prune = new Option<bool>("--prune") { Description = "Take documents out even where everything under a path is gone" };
        var verbose = VerbOptions.Verbose();
        var json = VerbOptions.Json();
        var verb = new Command("index", "Read files, cut them into chunks, embed and store them; run again it does only what changed")
        {
            paths,
            store,
            tokens,
            overlap,
            strict,
            prune,
            verbose,
            json,
        };
        var choice = new ChoiceOptions(verb);
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var options = new ChunkerOptions { MaxTokens = parsed.GetValue(tokens), OverlapTokens = parsed.GetValue(overlap) };
                var files = parsed.GetValue(paths)!;
                OutputGuard.Require(parsed.GetValue(store)!, files.Where(File.Exists));
                var needs = Indexing.NeedsOf(files, mustExist: false, choice.Of(parsed));
                // An index that is there keeps to its model; a new one is made only when there is a model to make it with.
                var known = File.Exists(parsed.GetValue(store)) ? host.Value.OpenStore(parsed.GetValue(store)!, create: true) : null;
                using var disposing = known;
                await using var loaded = await model.OpenAsync(host, parsed, needs, cancellationToken, index: known);
                using var made = known is null ? host.Value.OpenStore(parsed.GetValue(store)!, create: true) : null;
                var opened = known ?? made!;
                await opened.EnsureSpaceAsync(loaded.Space, cancellationToken);
                await model.RememberAsync(parsed, opened, cancellationToken);
                var report = await Indexing.RunAsync(
                    opened,
                    loaded,
                    files,
                    new IndexingOptions(choice.Of(parsed), options, parsed.GetValue(verbose), parsed.GetValue(prune)),
                    cancellationToken
                );
                if (parsed.GetValue(json))
                {
                    IndexRendering.WriteJson(report, parsed.GetValue(verbose));
                }
                else
                {
                    IndexRendering.WriteText(report);
                }

                // One bad file is a warning; nothing done at all is a failure.
                var failed = report.Problems.Count > 0 && (parsed.GetValue(strict) || report.Unread == report.Files);
                return failed ? 1 : 0;
            },
            parsed =>
                File.Exists(parsed.GetValue(store))
                    ? "The documents that are done stay in the index; the same command does the rest."
                    : null
        );
    }
}
