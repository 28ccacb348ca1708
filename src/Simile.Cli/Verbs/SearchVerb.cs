using System.CommandLine;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Models;
using Simile.Search;

namespace Simile.Cli.Verbs;

internal static class SearchVerb
{
    private const int MaxAnswers = 1_000_000;

    public static Command Create(Lazy<SimileHost> host)
    {
        var query = new Argument<string>("query") { Description = "What to look for: a text, @file, @picture or -" };
        var paths = new Option<string[]>("--in") { Description = "Files and folders to search; they are indexed on the fly", AllowMultipleArgumentsPerToken = true, HelpName = "PATH" };
        var store = VerbOptions.Named("--store", "An index file made by 'simile index'", "FILE");
        var mode = VerbOptions.Choice("--mode", "By meaning and by words, by meaning, or by words", SearchMode.Hybrid);
        var top = VerbOptions.Number("--top", "Answers wanted", 5, 1, MaxAnswers);
        var verbose = VerbOptions.Verbose();
        var json = VerbOptions.Json();
        var verb = new Command("search", "Find the passages and pictures that answer a query") { query, paths, store, mode, top, verbose, json };
        paths.Validators.Add(VerbOptions.RefuseEmpty);
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            if ((parsed.GetValue(paths) is { Length: > 0 }) == (parsed.GetValue(store) is not null))
            {
                throw new SimileException(ErrorCode.InvalidOption, "Name either --in PATH or --store FILE to search.");
            }

            var argument = parsed.GetValue(query)!;
            var needs = ContentInputs.KindsOf(argument) | (parsed.GetValue(paths) is { Length: > 0 } files ? Indexing.NeedsOf(files) : Modality.None);
            await using var loaded = await model.OpenAsync(host, parsed, needs, cancellationToken);
            using var opened = await OpenAsync(host.Value, loaded, parsed.GetValue(paths), parsed.GetValue(store), parsed.GetValue(verbose), cancellationToken);
            var searcher = Searcher.Open(opened, loaded.Embedder, model.Threads(parsed));
            var options = new SearchOptions { Mode = parsed.GetValue(mode), Top = parsed.GetValue(top) };
            var hits = await searcher.SearchAsync(ContentInputs.ReadOne(argument), options, cancellationToken);
            if (parsed.GetValue(json))
            {
                SearchRendering.WriteJson(hits);
            }
            else
            {
                SearchRendering.WriteText(hits);
            }

            return 0;
        });
    }

    private static async Task<IChunkStore> OpenAsync(SimileHost host, LoadedModel model, string[]? paths, string? store, bool verbose, CancellationToken cancellationToken)
    {
        if (store is not null)
        {
            return host.OpenStore(store, create: false);
        }

        var opened = host.OpenStore(host.CachedIndexFor(paths!, model.Space), create: true);
        try
        {
            await Indexing.RunAsync(opened, model, paths!, new ChunkerOptions(), cancellationToken, verbose);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
