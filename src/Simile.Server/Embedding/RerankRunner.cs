using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Simile.Hosting.HostedModels;
using Simile.Server.Limits;

namespace Simile.Server.Embedding;

/// <summary>What any dialect's request to reorder texts comes to.</summary>
/// <param name="Model">The model as the client names it, or null.</param>
/// <param name="Query">The query.</param>
/// <param name="Texts">The texts.</param>
internal sealed record RerankRequest(string? Model, string Query, IReadOnlyList<string> Texts)
{
    /// <summary>How many of the best are wanted; null for all.</summary>
    public int? Top { get; init; }

    /// <summary>Whether texts that are too long are cut where vectors are compared; a reranker always cuts.</summary>
    public bool Truncates { get; init; }
}

/// <summary>Texts with their scores, best first.</summary>
/// <param name="Model">What scored them.</param>
/// <param name="Rows">The texts by their places in the request.</param>
/// <param name="Tokens">Tokens that were seen.</param>
internal sealed record RerankAnswer(string Model, IReadOnlyList<RerankRow> Rows, long Tokens)
{
    /// <summary>What a client should know, or null.</summary>
    public string? Warning { get; init; }

    /// <summary>Says in headers how texts were scored.</summary>
    public void Tell(IHeaderDictionary headers)
    {
        headers["x-simile-model"] = string.Concat(Model.Select(c => c is > ' ' and <= '~' ? c : '?'));
        if (Warning is not null)
        {
            headers["x-simile-warning"] = Warning;
        }
    }
}

/// <summary>A text's place in the request, and its score.</summary>
internal readonly record struct RerankRow(int Index, float Score);

/// <summary>Scores texts against a query: by the host's reranker, or by the cosines of vectors where it has none.</summary>
/// <param name="rerankers">The host's rerankers; the first is used.</param>
/// <param name="services">Where it is found.</param>
/// <param name="runner">Embeds.</param>
/// <param name="server">The limits.</param>
internal sealed class RerankRunner(
    IEnumerable<HostedReranker.Registration> rerankers,
    IServiceProvider services,
    EmbedRunner runner,
    IOptions<SimileServerOptions> server
)
{
    private const string ByCosine = "No reranker is served here, so texts are ordered by the cosines of their vectors.";
    private readonly HostedReranker.Registration? _reranker = rerankers.FirstOrDefault();

    /// <summary>Scores texts.</summary>
    /// <exception cref="RefusalException">There are too many texts, or one cannot be scored.</exception>
    public async Task<RerankAnswer> RunAsync(RerankRequest request, CancellationToken cancellationToken)
    {
        if (request.Texts.Count + 1 > server.Value.MaxInputs)
        {
            throw new RefusalException(
                new Refusal(
                    RefusalKind.TooLarge,
                    ErrorCode.RequestTooLarge,
                    $"The request has {request.Texts.Count} texts, and {server.Value.MaxInputs - 1} are the most. Send them in "
                        + $"several requests."
                )
                {
                    Field = "documents",
                }
            );
        }

        var answer = _reranker is { } own
            ? await ScoreAsync(own.Reranker(services), request, cancellationToken).ConfigureAwait(false)
            : await CompareAsync(request, cancellationToken).ConfigureAwait(false);
        return answer with { Rows = [.. answer.Rows.OrderByDescending(row => row.Score).Take(request.Top ?? int.MaxValue)] };
    }

    private async Task<RerankAnswer> ScoreAsync(HostedReranker reranker, RerankRequest request, CancellationToken cancellationToken)
    {
        var scores = await reranker.ScoreAsync(request.Query, request.Texts, cancellationToken).ConfigureAwait(false);
        var rows = new RerankRow[scores.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            if (scores.Outcomes[i].Error is { } error)
            {
                var refusal = Refusal.Of(error, "documents");
                throw new RefusalException(refusal with { Message = $"documents[{i}]: {refusal.Message}" });
            }

            rows[i] = new RerankRow(i, scores[i][0]);
        }

        return new RerankAnswer(reranker.Model, rows, scores.Outcomes.Sum(outcome => (long)outcome.TokensUsed));
    }

    private async Task<RerankAnswer> CompareAsync(RerankRequest request, CancellationToken cancellationToken)
    {
        var query = await runner
            .RunAsync(
                new EmbedRequest(request.Model, EmbedInputs.Of([request.Query]))
                {
                    Purpose = EmbedPurpose.Query,
                    Truncates = request.Truncates,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        var texts = await runner
            .RunAsync(
                new EmbedRequest(request.Model, EmbedInputs.Of(request.Texts))
                {
                    Purpose = EmbedPurpose.Document,
                    Truncates = request.Truncates,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        var rows = Enumerable.Range(0, texts.Batch.Count).Select(i => new RerankRow(i, Similarity.Cosine(query.Batch[0], texts.Batch[i])));
        return new RerankAnswer(query.Model.Id, [.. rows], query.Tokens + texts.Tokens) { Warning = ByCosine };
    }
}
