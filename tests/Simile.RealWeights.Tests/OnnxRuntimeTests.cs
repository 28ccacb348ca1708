using System.Text;
using FastBertTokenizer;
using Simile.Engine.Products;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;
using Simile.OnnxRuntime;
using Simile.Text;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.RealWeights.Tests;

/// <summary>Published weights against ONNX Runtime, in process, on the file that was published.</summary>
public abstract class OnnxRuntimeTests(RealModel model, ITestOutputHelper output)
{
    private const int BatchSize = 16;
    private const float FloatTolerance = 1e-5f;

    [Fact]
    public async Task FloatsAreThoseOfOnnxRuntime()
    {
        string[] texts = [.. RealTexts.Written(), .. RealTexts.Adversarial(500)];
        await using var embedder = await LoadAsync(ComputePrecision.Float32);
        output.WriteLine(
            $"{model.Name}: {texts.Length} texts, largest difference {await DifferenceAsync(embedder, texts, null, model.MaxTokens):G3}"
        );
    }

    [Fact]
    public async Task EveryLengthThatATextIsCutToIsOnnxRuntimes()
    {
        await using var embedder = await LoadAsync(ComputePrecision.Float32);
        var text = string.Join(' ', RealTexts.Written().Take(400));
        for (var tokens = 3; tokens <= model.MaxTokens; tokens += tokens < 128 || tokens >= model.MaxTokens - 4 ? 1 : 12)
        {
            await DifferenceAsync(embedder, [text], new EmbedOptions { MaxTokens = tokens }, tokens);
        }
    }

    [Fact]
    public async Task SixteenAndEightBitsStayClose()
    {
        string[] texts = [.. RealTexts.Written().Where((_, i) => i % 8 == 0), .. RealTexts.Adversarial(50)];
        await using var whole = await LoadAsync(ComputePrecision.Float32);
        await using var half = await LoadAsync(ComputePrecision.BFloat16);
        await using var bytes = await LoadAsync(ComputePrecision.Int8);
        var (expected, halves, quarters) = (await whole.EmbedAsync(texts), await half.EmbedAsync(texts), await bytes.EmbedAsync(texts));
        var rows = Enumerable.Range(0, texts.Length).Where(i => expected.Outcomes[i].Error is null).ToList();
        var (sixteen, eight) = (
            rows.ConvertAll(i => Similarity.Cosine(expected[i], halves[i])),
            rows.ConvertAll(i => Similarity.Cosine(expected[i], quarters[i]))
        );
        output.WriteLine(
            $"{model.Name}: bfloat16 lowest cosine {sixteen.Min():F6}; int8 mean {eight.Average():F5}, lowest {eight.Min():F4}"
        );
        Assert.True(sixteen.Min() >= 0.9999f, $"bfloat16 gives a cosine of {sixteen.Min()}");
        Assert.True(eight.Average() >= 0.995f, $"int8 gives a mean cosine of {eight.Average()}");
    }

    [Fact]
    public async Task AQueryHasItsPromptBeforeIt()
    {
        await using var embedder = await LoadAsync(ComputePrecision.Float32);
        string[] texts = ["what is the capital of Portugal", "bread"];
        var queries = await embedder.EmbedAsync(
            texts,
            new EmbedOptions { Purpose = EmbedPurpose.Query },
            TestContext.Current.CancellationToken
        );
        for (var i = 0; i < texts.Length; i++)
        {
            var expected = model.Embed([
                IdsOf(embedder, (model.IsMean ? string.Empty : RealModel.QueryPrompt) + texts[i], model.MaxTokens),
            ])[0];
            Assert.InRange(LargestDifference(expected, queries[i]), 0, FloatTolerance);
        }
    }

    [Fact]
    public async Task IdsAreThoseOfFastBertTokenizer()
    {
        var theirs = new BertTokenizer();
        using (var vocabulary = File.OpenText(model.Vocabulary))
        {
            theirs.LoadVocabulary(vocabulary, convertInputToLowercase: true);
        }

        await using var embedder = await LoadAsync(ComputePrecision.Float32);
        // Beyond ASCII the two differ, and Simile's ids are those of Hugging Face's library, as other tests show.
        foreach (var text in RealTexts.Written().Where(text => Ascii.IsValid(text)))
        {
            var (ids, _, _) = theirs.Encode(text, model.MaxTokens);
            Assert.Equal(ids.ToArray().Select(id => (int)id), IdsOf(embedder, text, model.MaxTokens));
        }
    }

    [Fact]
    public async Task TheOptionalEngineGivesTheBitsOfADirectCallAndNearlyThoseOfOurOwn()
    {
        string[] texts = [.. RealTexts.Written().Where((_, i) => i % 8 == 0), .. RealTexts.Adversarial(50)];
        var options = new TextEmbedderOptions { Engine = new OnnxRuntimeEngine() };
        await using var engine = await TextEmbedder.LoadAsync(model.Folder, options, TestContext.Current.CancellationToken);
        await using var own = await LoadAsync(ComputePrecision.Float32);
        Assert.Equal(own.Space, engine.Space);
        Assert.NotEqual(own.Recipe, engine.Recipe);
        Assert.Equal(own.MaxTokens, engine.MaxTokens);
        foreach (var text in texts.Where((_, i) => i % 16 == 0))
        {
            var vector = await engine.EmbedAsync(text, cancellationToken: TestContext.Current.CancellationToken);
            if (vector.Error is null)
            {
                Assert.Equal(Expected(IdsOf(own, text, model.MaxTokens)), vector.ToArray());
            }
        }

        var (expected, found) = (
            await own.EmbedAsync(texts, null, TestContext.Current.CancellationToken),
            await engine.EmbedAsync(texts, null, TestContext.Current.CancellationToken)
        );
        var largest = 0f;
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(expected.Outcomes[i].Error?.Code, found.Outcomes[i].Error?.Code);
            Assert.Equal(expected.Outcomes[i].TokensUsed, found.Outcomes[i].TokensUsed);
            largest = found[i].Error is null ? MathF.Max(largest, LargestDifference(expected[i].ToArray(), found[i])) : largest;
        }

        output.WriteLine($"{model.Name}: {texts.Length} texts, largest difference of the two engines {largest:G3}");
        Assert.InRange(largest, 0, FloatTolerance);

        // One text alone through the session itself, pooled by the code that our own engine uses.
        float[] Expected(int[] ids)
        {
            var states = new DirectStates(model.States([ids]), own.Space.Dimensions);
            var vector = new float[own.Space.Dimensions];
            new Pooling([model.IsMean ? PoolingMode.Mean : PoolingMode.Cls], vector.Length).Forward(states, 0, ids.Length, 0, vector);
            UnitLength.Normalize(vector);
            return vector;
        }
    }

    private Task<TextEmbedder> LoadAsync(ComputePrecision precision) =>
        TextEmbedder.LoadAsync(model.Folder, new TextEmbedderOptions { Precision = precision }, TestContext.Current.CancellationToken);

    private async Task<float> DifferenceAsync(TextEmbedder embedder, string[] texts, EmbedOptions? options, int limit)
    {
        var batch = await embedder.EmbedAsync(texts, options, TestContext.Current.CancellationToken);
        var largest = 0f;
        var rows = Enumerable
            .Range(0, texts.Length)
            .Where(i => batch.Outcomes[i].Error is null)
            .Select(i => (Row: i, Ids: IdsOf(embedder, texts[i], limit)));
        foreach (var group in rows.GroupBy(row => row.Ids.Length).SelectMany(group => group.Chunk(BatchSize)))
        {
            var expected = model.Embed([.. group.Select(row => row.Ids)]);
            for (var i = 0; i < group.Length; i++)
            {
                var difference = LargestDifference(expected[i], batch[group[i].Row]);
                Assert.True(
                    difference <= FloatTolerance,
                    $"'{texts[group[i].Row]}' ({group[i].Ids.Length} tokens) differs by {difference}"
                );
                largest = MathF.Max(largest, difference);
            }
        }

        return largest;
    }

    // Simile's own ids, which other tests hold against Hugging Face's library.
    private static int[] IdsOf(TextEmbedder embedder, string text, int limit)
    {
        var tokens = new TokenBuffer();
        embedder.Tokenizer.Tokenize(text, tokens);
        var special = embedder.Tokenizer.Special;
        return [.. special.Prefix, .. tokens.Ids.ToArray().Take(limit - special.Prefix.Length - special.Suffix.Length), .. special.Suffix];
    }

    private static float LargestDifference(float[] expected, EmbeddingVector vector) =>
        expected.Select((value, d) => MathF.Abs(value - vector[d])).Max();

    private sealed class DirectStates(float[] values, int hidden) : ITokenStates
    {
        public ReadOnlySpan<float> State(int token) => values.AsSpan(token * hidden, hidden);
    }
}

public sealed class MiniLm() : IDisposable
{
    public RealModel Model { get; } = new("MiniLm");

    public void Dispose() => Model.Dispose();
}

public sealed class MiniLmTests(MiniLm fixture, ITestOutputHelper output) : OnnxRuntimeTests(fixture.Model, output), IClassFixture<MiniLm>;

public sealed class ArcticXs() : IDisposable
{
    public RealModel Model { get; } = new("ArcticXs");

    public void Dispose() => Model.Dispose();
}

public sealed class ArcticXsTests(ArcticXs fixture, ITestOutputHelper output)
    : OnnxRuntimeTests(fixture.Model, output),
        IClassFixture<ArcticXs>;
