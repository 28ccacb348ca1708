using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Hub;
using Simile.Models;
using Simile.Reranking;
using Simile.Search;

namespace Simile.Cli;

/// <summary>The options of the verbs that reorder what a search finds.</summary>
internal sealed class RerankOptions
{
    private const int MaxDepth = 10_000;
    private readonly Option<string?> _model = VerbOptions.Named(
        "--rerank",
        "Reorder the best answers by a reranker, which reads the query and each passage; none comes with Simile",
        "NAME|FOLDER|org/name[@revision]"
    );

    private readonly Option<int?> _depth = VerbOptions.MaybeNumber(
        "--rerank-top",
        $"How many of the best answers are reordered; default: {HitReranker.DefaultDepth}",
        1,
        MaxDepth
    );

    public RerankOptions(Command verb)
    {
        verb.Options.Add(_model);
        verb.Options.Add(_depth);
    }

    /// <summary>Opens the reranker that was asked for; null when none was.</summary>
    public async Task<Reranker?> OpenAsync(
        Lazy<SimileHost> host,
        ModelOptions model,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        if (parsed.GetValue(_model) is { } name)
        {
            var options = new RerankerOptions
            {
                Threads = model.Threads(parsed),
                Precision = model.Compute(parsed),
                Engine = model.Engine(parsed),
            };
            return await RerankerChoice.OpenAsync(host.Value, name, options, cancellationToken);
        }

        return parsed.GetValue(_depth) is { } depth
            ? throw new SimileException(
                ErrorCode.InvalidOption,
                $"The best {depth} answers are to be reordered, but no reranker is named. Name one with --rerank, or leave "
                    + "--rerank-top away."
            )
            : null;
    }

    /// <summary>How many answers are reordered.</summary>
    public int Depth(ParseResult parsed) => parsed.GetValue(_depth) ?? HitReranker.DefaultDepth;
}

/// <summary>Opens the reranker of a verb: the one that is named, or the only one that is here.</summary>
internal static class RerankerChoice
{
    private const string None =
        "No reranker comes with Simile. "
        + "'simile models pull cross-encoder/ms-marco-MiniLM-L6-v2' downloads a small one for English (91 MB), "
        + "'simile models pull BAAI/bge-reranker-v2-m3' one for many languages (2.3 GB); 'simile models list --known' shows more.";

    /// <summary>Opens it, and says on standard error what had to be assumed of it.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, saying what to get, or
    /// <see cref="ErrorCode.UnsupportedModel"/> for what ranks nothing.</exception>
    public static async Task<Reranker> OpenAsync(
        SimileHost host,
        string? model,
        RerankerOptions options,
        CancellationToken cancellationToken
    )
    {
        var reranker = await host.OpenRerankerAsync(model is null ? OnlyOne(host) : Required(host, model), options, cancellationToken);
        try
        {
            PairScores.RequireOne(reranker.Labels);
            ModelOptions.WriteNotes(reranker.Notes);
            return reranker;
        }
        catch
        {
            await reranker.DisposeAsync();
            throw;
        }
    }

    private static string Required(SimileHost host, string model)
    {
        try
        {
            return host.Models.Resolve(model).Path;
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound && !FindAll(host).Any())
        {
            throw new SimileException(error.Code, $"{error.Description} {None}", error);
        }
    }

    private static string OnlyOne(SimileHost host)
    {
        var found = FindAll(host).ToArray();
        if (found is not [var one])
        {
            throw found.Length == 0
                ? new SimileException(ErrorCode.ModelNotFound, $"There is no reranker on this machine. {None}")
                : new SimileException(
                    ErrorCode.InvalidOption,
                    $"There are {found.Length} rerankers ({string.Join(", ", found.Select(model => model.Name))}). Name one with "
                        + "--model."
                );
        }

        Console.Error.WriteLine($"Note: scored by {SafeText.Line(one.Name)}, the only reranker on this machine");
        return one.Folder;
    }

    private static IEnumerable<(string Name, string Folder)> FindAll(SimileHost host) =>
        host
            .Catalog.Names.Select(name => (name, host.Catalog.Resolve(name).Path))
            .Concat(host.HubCache.Snapshots.Select(snapshot => (NameOf(snapshot), snapshot.Folder)))
            .Where(model => ScoresPairs(model.Item2));

    private static string NameOf(HubSnapshot snapshot) =>
        snapshot.Revision == HubReference.DefaultRevision ? snapshot.Id : $"{snapshot.Id}@{snapshot.Revision ?? snapshot.Commit}";

    private static bool ScoresPairs(string folder)
    {
        try
        {
            return PairScoring.Is(ModelFolder.Open(folder));
        }
        catch (SimileException)
        {
            // A folder that cannot be read is no choice; naming it says why.
            return false;
        }
    }
}
