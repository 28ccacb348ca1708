using System.Text.Json;
using Simile.Engine.Products;
using Simile.Reranking;

namespace Simile.Tests.Reranking;

/// <summary>Rerankers against sentence-transformers' CrossEncoder and transformers, from texts to scores, on every instruction set (tests/reference/families.py).</summary>
public class RerankerReferenceTests
{
    private const float FloatTolerance = 2e-5f;
    private static readonly string Root = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers");

    public static TheoryData<string, InstructionLevel> ModelsAndLevels
    {
        get
        {
            var data = new TheoryData<string, InstructionLevel>();
            foreach (var folder in Directory.GetDirectories(Root).Order(StringComparer.Ordinal))
            {
                foreach (var level in Enum.GetValues<InstructionLevel>())
                {
                    data.Add(Path.GetFileName(folder), level);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndLevels))]
    public async Task ScoresAreThoseOfTheRealLibraries(string name, InstructionLevel level)
    {
        await using var reranker = await Reranker.LoadAsync(Path.Combine(Root, name), new RerankerOptions { Instructions = level, Threads = 2 }, TestContext.Current.CancellationToken);
        foreach (var (pair, expected) in Cases(name))
        {
            var scores = await reranker.ScoreAsync(pair.Query, [pair.Text], TestContext.Current.CancellationToken);
            for (var label = 0; label < expected.Length; label++)
            {
                Assert.True(MathF.Abs(expected[label] - scores[0][label]) < FloatTolerance, $"{name}, '{pair.Query}' and '{pair.Text}', label {label}: {scores[0][label]:R} instead of {expected[label]:R}");
            }
        }
    }

    [Theory]
    [InlineData("bert-1")]
    [InlineData("xlm-roberta")]
    [InlineData("qwen3")]
    public async Task APairsScoreDoesNotDependOnItsNeighbours(string name)
    {
        await using var reranker = await Reranker.LoadAsync(Path.Combine(Root, name), new RerankerOptions { Threads = 2 }, TestContext.Current.CancellationToken);
        string[] texts = [.. Cases(name).Select(row => row.Pair.Text), "", "otter \ud83d", "heron"];
        var together = await reranker.ScoreAsync("heron", texts, TestContext.Current.CancellationToken);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = await reranker.ScoreAsync("heron", [texts[i]], TestContext.Current.CancellationToken);
            Assert.Equal(alone.Outcomes[0].Error?.Code, together.Outcomes[i].Error?.Code);
            if (alone.Outcomes[0].Error is null)
            {
                Assert.Equal(BitConverter.SingleToInt32Bits(alone[0][0]), BitConverter.SingleToInt32Bits(together[i][0]));
            }
        }

        Assert.Equal([ErrorCode.EmptyText, ErrorCode.InvalidUnicode], together.Outcomes.Select(outcome => outcome.Error?.Code).OfType<string>());
        var ranking = together.Ranking();
        Assert.Equal(texts.Length - 2, ranking.Count);
        Assert.Equal(ranking.OrderByDescending(i => together[i][0]), ranking);
    }

    [Fact]
    public async Task SeveralLabelsDoNotRank()
    {
        await using var reranker = await Reranker.LoadAsync(Path.Combine(Root, "bert-3"), cancellationToken: TestContext.Current.CancellationToken);
        var scores = await reranker.ScoreAsync("heron", ["otter"], TestContext.Current.CancellationToken);
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2"], scores.Labels);
        Assert.Equal(ErrorCode.UnsupportedModel, Assert.Throws<SimileException>(scores.Ranking).Code);
    }

    [Fact]
    public async Task AnEmbeddingModelIsRefused()
    {
        var folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert");
        var error = await Assert.ThrowsAsync<SimileException>(() => Reranker.LoadAsync(folder, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
    }

    // What Hugging Face's tokenizers keep of 9 and 3, 3 and 9, and of two long texts, in a room of 8.
    [Theory]
    [InlineData(9, 3, 8, 5, 3)]
    [InlineData(3, 9, 8, 3, 5)]
    [InlineData(9, 9, 8, 4, 4)]
    [InlineData(9, 9, 9, 4, 5)]
    [InlineData(2, 3, 8, 2, 3)]
    [InlineData(20, 10, 8, 4, 4)]
    public void TheLongerTextIsCutFirst(int first, int second, int room, int keptFirst, int keptSecond) =>
        Assert.Equal((keptFirst, keptSecond), PairTokens.Keep(first, second, room));

    private static IEnumerable<((string Query, string Text) Pair, float[] Scores)> Cases(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, name, "expected.json")));
        return [.. document.RootElement.GetProperty("pairs").EnumerateArray().Zip(document.RootElement.GetProperty("scores").EnumerateArray())
            .Select(row => ((row.First[0].GetString()!, row.First[1].GetString()!), row.Second.EnumerateArray().Select(value => value.GetSingle()).ToArray()))];
    }
}
