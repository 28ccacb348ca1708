using Simile.Multimodal;
using Simile.Reranking;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Tests.Search;

/// <summary>Answers are reordered by their scores; what has none keeps its place. A passage "7 …" scores 7, "nan" is no number, "bad"
/// fails.</summary>
public class HitRerankerTests
{
    [Theory]
    [InlineData("3 1 2", "3 2 1", 50, 10)]
    [InlineData("1 2 3 4", "2 1 3 4", 2, 10)]
    [InlineData("1 2 3 4", "4 3", 50, 2)]
    [InlineData("1 2 3 4", "2 1 3", 2, 3)]
    [InlineData("5a 5b 5c 6", "6 5a 5b 5c", 50, 10)]
    [InlineData("1 bad 3 nan 2", "3 bad 2 nan 1", 50, 10)]
    [InlineData("picture 1 2", "picture 2 1", 50, 10)]
    [InlineData("1 picture 2", "2 picture 1", 50, 10)]
    [InlineData("bad nan", "bad nan", 50, 10)]
    [InlineData("picture", "picture", 50, 10)]
    [InlineData("", "", 50, 10)]
    public async Task ScoredAnswersAreOrderedAndTheOthersKeepTheirPlaces(string found, string expected, int depth, int top)
    {
        var results = await new HitReranker(new Spelled(), depth).RerankAsync(
            "query",
            Found(found),
            top,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected, string.Join(' ', results.Select(hit => hit.Text)));
        Assert.Equal(Enumerable.Range(1, results.Count), results.Select(hit => hit.Rank));

        // The score of the search stays that of the answer: 1 of the first that was found, 0.5 of the second, …
        Assert.All(results, hit => Assert.Equal(1.0 / (1 + Array.IndexOf(found.Split(' '), hit.Text)), hit.Score));
        Assert.All(results.Where(hit => hit.RerankScore is not null), hit => Assert.Equal(hit.Text[0] - '0', hit.RerankScore));
        Assert.Equal(
            found.Split(' ').Take(depth).Count(text => text is "bad" or "nan" or "picture") > 0,
            results.Notes.Any(note => note.Contains("keep their places", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task NotesSayWhatFailedAndWhatWasCutAndThoseOfTheSearchStay()
    {
        var results = await new HitReranker(new Spelled { QueryLeftOut = 3 }).RerankAsync(
            "query",
            Found("1 picture bad 2long", "of the search"),
            10,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(3, results.Notes.Count);
        Assert.Equal("of the search", results.Notes[0]);
        Assert.Contains("2 of 4 answers", results.Notes[1], StringComparison.Ordinal);
        Assert.Contains("pictures: 1; SIM705", results.Notes[1], StringComparison.Ordinal);
        Assert.Contains("1 of 3 passages", results.Notes[2], StringComparison.Ordinal);
        Assert.Contains("3 tokens", results.Notes[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheHeadingIsScoredWithThePassage()
    {
        var spelled = new Spelled();
        await new HitReranker(spelled).RerankAsync(
            "query",
            new SearchResults([new SearchHit(1, 1, "a.md", 1, 2, "1 Bread", "keep it")], []),
            10,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["1 Bread\nkeep it"], spelled.Heard);
    }

    [Fact]
    public async Task AQueryThatIsTooLongLeavesTheOldOrderAndSaysSo()
    {
        var results = await new HitReranker(new Spelled()).RerankAsync(
            "too long",
            Found("1 2 3"),
            2,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["1", "2"], results.Select(hit => hit.Text));
        Assert.Contains(ErrorCode.QueryTooLong, Assert.Single(results.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two labels", ErrorCode.UnsupportedModel)]
    [InlineData("a row less", ErrorCode.ModelFailed)]
    public async Task AnAnswerThatIsNoneIsAnError(string query, string code) =>
        Assert.Equal(
            code,
            (await Assert.ThrowsAsync<SimileException>(() => new HitReranker(new Spelled()).RerankAsync(query, Found("1 2"), 2))).Code
        );

    [Fact]
    public async Task ADepthOfNothingIsRefused()
    {
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new HitReranker(new Spelled(), 0)).Code);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new HitReranker(new Spelled()).RerankAsync("query", Found("1"), 0));
    }

    private static SearchResults Found(string texts, params string[] notes) =>
        new(
            [
                .. texts
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select((text, i) => new SearchHit(i + 1, 1.0 / (i + 1), "a.txt", text == "picture" ? 0 : 1, 1, string.Empty, text)),
            ],
            notes
        );

    /// <summary>Scores a text by its first digit.</summary>
    private sealed class Spelled : IReranker
    {
        public List<string> Heard { get; } = [];

        public int QueryLeftOut { get; init; }

        public ValueTask<PairScores> ScoreAsync(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
        {
            Heard.AddRange(texts);
            if (query == "too long")
            {
                throw new SimileException(ErrorCode.QueryTooLong, "It is.");
            }

            var outcomes = texts.Select(text => new EmbeddingOutcome(
                1,
                1,
                text == "bad" ? new SimileException(ErrorCode.ModelFailed, "It is bad.") : null
            )
            {
                Truncated = text.EndsWith("long", StringComparison.Ordinal),
            });
            var block = texts.Select(text => text == "nan" ? float.NaN : text[0] - '0').ToArray();
            return ValueTask.FromResult(
                query switch
                {
                    "two labels" => new PairScores(["no", "yes"], new float[texts.Count * 2], [.. outcomes]),
                    "a row less" => new PairScores(["score"], block, [.. outcomes.Skip(1)]),
                    _ => new PairScores(["score"], block, [.. outcomes]) { QueryLeftOut = QueryLeftOut },
                }
            );
        }
    }
}
