using System.Runtime.InteropServices;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Text;

/// <summary>The embedder over the shipped model.</summary>
public sealed class TextEmbedderTests
{
    private static readonly string Model = RepositoryRoot.Find("models", "simile-text-mini");

    [Fact]
    public async Task AVectorIsTheSameAloneInAnyBatchOrderAndThreadCount()
    {
        var random = new Random(1);
        string[] words = ["the", "cat", "sat", "on", "Zürich", "réseau", "1234", "x+y", "unbelievably", "flows", "?", "漢字"];
        string[] texts =
        [
            .. Enumerable
                .Range(0, 500)
                .Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(1, 60)).Select(_ => words[random.Next(words.Length)]))),
        ];
        var one = await TextEmbedder.LoadAsync(Model, new TextEmbedderOptions { Threads = 1 });
        var many = await TextEmbedder.LoadAsync(Model, new TextEmbedderOptions { Threads = 5 });
        var whole = await one.EmbedAsync(texts);
        int[] order = [.. Enumerable.Range(0, texts.Length).OrderBy(_ => random.Next())];
        var shuffled = await many.EmbedAsync([.. order.Select(i => texts[i])]);
        for (var i = 0; i < order.Length; i++)
        {
            Assert.Equal(Bits(whole[order[i]]), Bits(shuffled[i]));
        }

        foreach (var i in order.Take(25))
        {
            Assert.Equal(Bits(whole[i]), Bits((await many.EmbedAsync([texts[i]]))[0]));
        }
    }

    [Fact]
    public async Task BadInputsAreErrorsOfTheirOwn()
    {
        var embedder = await TextEmbedder.LoadAsync(Model);
        var batch = await embedder.EmbedAsync(["good", "", " \n\t", "half a pair \ud83d", null!, "\u0001", "also good"]);
        Assert.Equal(
            [null, "SIM101", "SIM101", "SIM103", "SIM105", "SIM102", null],
            batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code)
        );
        Assert.Equal(1, Similarity.Cosine(batch[0], batch[0]), 1e-6);
        var error = Assert.Throws<SimileException>(() => _ = batch[3].Span.Length);
        Assert.Equal(ErrorCode.InvalidUnicode, error.Code);
        Assert.Contains("Input 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingGivesAnEmptyBatch() => Assert.Empty(await (await TextEmbedder.LoadAsync(Model)).EmbedAsync([]));

    [Fact]
    public async Task TruncationIsReported()
    {
        var embedder = await TextEmbedder.LoadAsync(Model, new TextEmbedderOptions { MaxTokens = 4 });
        var batch = await embedder.EmbedAsync(["one two three four five six", "one two three four", "one"]);
        Assert.Equal((6, 4, true), (batch.Outcomes[0].TokensSeen, batch.Outcomes[0].TokensUsed, batch.Outcomes[0].Truncated));
        Assert.False(batch.Outcomes[2].Truncated);
        Assert.Equal(Bits(batch[1]), Bits(batch[0]));
    }

    [Fact]
    public async Task UnknownTokensAreLeftOut()
    {
        var embedder = await TextEmbedder.LoadAsync(Model);
        var batch = await embedder.EmbedAsync(["bread", "bread \U00012000"]);
        Assert.Equal(Bits(batch[0]), Bits(batch[1]));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(64)]
    [InlineData(32)]
    public async Task ShorterVectorsAreTheCutOnes(int dimensions)
    {
        var embedder = await TextEmbedder.LoadAsync(Model);
        var cut = await embedder.EmbedAsync(["a loaf of bread"], new EmbedOptions { Dimensions = dimensions });
        var whole = (await embedder.EmbedAsync(["a loaf of bread"])).Truncate(dimensions);
        Assert.Equal(whole[0].ToArray().Select(value => MathF.Round(value, 5)), cut[0].ToArray().Select(value => MathF.Round(value, 5)));
        Assert.Equal(
            ErrorCode.UnsupportedDimensions,
            (
                await Assert.ThrowsAsync<SimileException>(async () =>
                    await embedder.EmbedAsync(["x"], new EmbedOptions { Dimensions = 100 })
                )
            ).Code
        );
    }

    [Fact]
    public async Task WithoutNormalizingItIsAnotherSpace()
    {
        var embedder = await TextEmbedder.LoadAsync(Model);
        var raw = await embedder.EmbedAsync(["a loaf of bread"], new EmbedOptions { Normalize = false });
        var unit = await embedder.EmbedAsync(["a loaf of bread"]);
        Assert.Equal(1, Similarity.Cosine(raw[0].Span, unit[0].Span), 1e-6);
        Assert.NotEqual(1, Similarity.Dot(raw[0], raw[0]), 1e-3);
        Assert.NotEqual(raw.Space, unit.Space);
    }

    [Fact]
    public async Task MetadataTellsWhatWasEmbedded()
    {
        var options = new TextEmbedderOptions
        {
            Preprocess = text => text.Replace("<b>", string.Empty, StringComparison.Ordinal),
            PreprocessId = "bold/1",
        };
        var embedder = await TextEmbedder.LoadAsync(Model, options);
        var records = await embedder.EmbedWithMetadataAsync(["<b>bread", ""]);
        Assert.Equal(("<b>bread", "bread", 1), (records[0].Text, records[0].ProcessedText, records[0].Outcome.TokensUsed));
        Assert.Equal(256, records[0].Vector.Length);
        Assert.Equal(ErrorCode.EmptyText, records[1].Outcome.Error!.Code);
        Assert.NotEqual((await TextEmbedder.LoadAsync(Model)).Recipe, embedder.Recipe);
    }

    [Fact]
    public async Task AHookThatFailsIsOneError()
    {
        var options = new TextEmbedderOptions
        {
            Preprocess = text => text == "bad" ? throw new FormatException("no") : text,
            PreprocessId = "picky/1",
        };
        var batch = await (await TextEmbedder.LoadAsync(Model, options)).EmbedAsync(["good", "bad"]);
        Assert.Equal([null, ErrorCode.PreprocessFailed], batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code));
    }

    [Fact]
    public async Task AHookNeedsAName() =>
        Assert.Equal(
            ErrorCode.InvalidOption,
            (
                await Assert.ThrowsAsync<SimileException>(() =>
                    TextEmbedder.LoadAsync(Model, new TextEmbedderOptions { Preprocess = text => text })
                )
            ).Code
        );

    [Fact]
    public async Task TenMegabytesAreEmbedded()
    {
        var embedder = await TextEmbedder.LoadAsync(Model);
        var text = string.Concat(Enumerable.Repeat("All happy families are alike. ", 350_000));
        var batch = await embedder.EmbedAsync([text, new string('x', 10_000_000)]);
        Assert.Equal(350_000 * 6, batch.Outcomes[0].TokensSeen);
        Assert.Equal(ErrorCode.NoKnownTokens, batch.Outcomes[1].Error!.Code);
    }

    private static int[] Bits(ReadOnlySpan<float> vector) => MemoryMarshal.Cast<float, int>(vector).ToArray();
}
