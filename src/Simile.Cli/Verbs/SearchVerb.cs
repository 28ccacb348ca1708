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
        var query = new Argument<string>("query") { Description = "What to look for, one question a run: a text, @file, @picture or -" };
        var paths = new Option<string[]>("--in")
        {
            Description = "Files and folders to search; they are indexed on the fly, into a private cache ('simile cache')",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "PATH",
        };
        var store = VerbOptions.Named("--store", "An index file made by 'simile index'", "FILE");
        var mode = VerbOptions.Choice("--mode", "By meaning and by words, by meaning, or by words", SearchMode.Hybrid);
        var top = VerbOptions.Number("--top", "Answers wanted", 5, 1, MaxAnswers);
        var filter = FilterOption.Create();
        var verbose = VerbOptions.Verbose();
        var json = VerbOptions.Json();
        var verb = new Command("search", "Find the passages and pictures that answer a query")
        {
            query,
            paths,
            store,
            mode,
            top,
            filter,
            verbose,
            json,
        };
        paths.Validators.Add(VerbOptions.RefuseEmpty);
        var choice = new ChoiceOptions(verb);
        var model = new ModelOptions(verb, takesPictures: true);
        var rerank = new RerankOptions(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                if ((parsed.GetValue(paths) is { Length: > 0 }) == (parsed.GetValue(store) is not null))
                {
                    throw new SimileException(ErrorCode.InvalidOption, "Name either --in PATH or --store FILE to search.");
                }

                var argument = parsed.GetValue(query)!;
                var options = new SearchOptions
                {
                    Mode = parsed.GetValue(mode),
                    Top = parsed.GetValue(top),
                    Filter = FilterOption.Of(parsed.GetValue(filter)),
                };
                await using var reranker = await rerank.OpenAsync(host, model, parsed, cancellationToken);
                using var named = parsed.GetValue(store) is { } file
                    ? host.Value.OpenStore(file, create: false, new VectorIndexOptions { Threads = model.Threads(parsed) })
                    : null;
                await using var loaded = await LoadAsync(
                    host,
                    model,
                    parsed,
                    named,
                    ContentInputs.KindsOf(argument),
                    options,
                    parsed.GetValue(paths),
                    choice.Of(parsed),
                    cancellationToken
                );
                using var opened = named is null
                    ? await IndexAsync(
                        host.Value,
                        loaded!,
                        parsed.GetValue(paths)!,
                        new IndexingOptions(choice.Of(parsed), new ChunkerOptions(), parsed.GetValue(verbose)),
                        model.Threads(parsed),
                        cancellationToken
                    )
                    : null;
                var notice = new CutNotice();
                var searcher = await Searcher.OpenAsync(
                    named ?? opened!,
                    loaded is null ? null : notice.Over(loaded.Embedder),
                    cancellationToken
                );
                var (content, asked) = (
                    ContentInputs.ReadOne(argument),
                    loaded is null ? options with { Mode = SearchMode.Keyword } : options
                );
                var hits = reranker is null
                    ? await searcher.SearchAsync(content, asked, cancellationToken)
                    : await new HitReranker(reranker, rerank.Depth(parsed)).SearchAsync(searcher, content, asked, cancellationToken);
                notice.Tell();
                foreach (var note in hits.Notes)
                {
                    Console.Error.WriteLine($"Note: {SafeText.Line(note)}");
                }

                if (parsed.GetValue(json))
                {
                    SearchRendering.WriteJson(hits);
                }
                else
                {
                    SearchRendering.WriteText(hits);
                }

                return 0;
            }
        );
    }

    // Words need no model. An index knows its own; where that one cannot be opened, words answer.
    private static async Task<EmbeddingModel?> LoadAsync(
        Lazy<SimileHost> host,
        ModelOptions model,
        ParseResult parsed,
        IChunkStore? store,
        Modality query,
        SearchOptions options,
        string[]? paths,
        FileChoice choice,
        CancellationToken cancellationToken
    )
    {
        if (store is not null && options.Mode == SearchMode.Keyword && query == Modality.Text)
        {
            return null;
        }

        try
        {
            return await model.OpenAsync(
                host,
                parsed,
                query | (store is null ? Indexing.NeedsOf(paths!, choice: choice) : Modality.None),
                cancellationToken,
                index: store
            );
        }
        catch (SimileException error)
            when (store is not null
                && options.Mode == SearchMode.Hybrid
                && query == Modality.Text
                && !model.IsGiven(parsed)
                && error.Code is ErrorCode.ModelNotFound or ErrorCode.DefaultModelMissing or ErrorCode.UnsupportedModality
            )
        {
            Console.Error.WriteLine(
                $"Note: searched by words only, since the model of the index cannot be used ({error.Code}: {error.Message})"
            );
            return null;
        }
    }

    private static async Task<IChunkStore> IndexAsync(
        SimileHost host,
        EmbeddingModel model,
        string[] paths,
        IndexingOptions options,
        int threads,
        CancellationToken cancellationToken
    )
    {
        var opened = await host.Indexes.OpenAsync(paths, model.Space, new VectorIndexOptions { Threads = threads }, cancellationToken);
        try
        {
            await Indexing.RunAsync(opened, model, paths, options, cancellationToken);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
