using Simile.Images;
using Simile.Training.Alignment;
using Simile.Vectors;

namespace Simile.Training.Tests.Alignment;

/// <summary>Recall against numpy (tests/reference/alignment.py), splits, and files of pairs.</summary>
public sealed class RecallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void RecallIsThatOfNumpy()
    {
        var entry = AlignmentReference.Load("recall");
        var dimensions = entry.Int("dimensions");
        int[] pictureOf = [.. entry.GetProperty("picture_of").EnumerateArray().Select(value => value.GetInt32())];
        var held = new HeldOutPairs(
            new UnitRows(AlignmentReference.Pairs(entry.Floats("texts"), dimensions, entry.Floats("images"), dimensions, pictureOf)),
            [.. Enumerable.Range(0, pictureOf.Length)],
            2
        );
        var report = held.ReportRaw(new AlignmentOptions());
        AlignmentReference.Close(entry.Doubles("to_image"), [.. report.TextToImage.Select(at => at.Recall)], 1e-9);
        AlignmentReference.Close(entry.Doubles("to_text"), [.. report.ImageToText.Select(at => at.Recall)], 1e-9);
        Assert.Equal(entry.GetProperty("gap").GetDouble(), report.ModalityGap, 1e-5);
        Assert.All(
            report.TextToImage.Concat(report.ImageToText),
            at => Assert.True(at.Low <= at.Recall && at.Recall <= at.High && at.High - at.Low < 0.7)
        );
        Assert.Equal(1.0 / 12, report.TextToImage[0].Chance, 1e-12);
    }

    [Fact]
    public void ChanceIsThatOfDrawingBlindly()
    {
        Assert.Equal(0.1, RecallMeasure.ChanceOfOne(1, 10, 1), 1e-12);
        Assert.Equal(1 - (8.0 / 10 * 7 / 9), RecallMeasure.ChanceOfOne(2, 10, 2), 1e-12);
        Assert.Equal(1, RecallMeasure.ChanceOfOne(3, 4, 10), 1e-12);
    }

    [Fact]
    public void OnePointForAllEarnsNothing()
    {
        var same = AlignmentReference.Matrix([.. Enumerable.Repeat(1f, 20)], 1);
        Assert.All(PairRanks.Of(same, same, [.. Enumerable.Range(0, 20)], 1).OfTexts, rank => Assert.Equal(20, rank));
    }

    [Fact]
    public void TextsOfOnePictureStayOnOneSide()
    {
        var pairs = SyntheticPairs.Noisy(50, 3, 1);
        var split = PairSplit.Of(pairs, new AlignmentOptions());
        HashSet<int> Pictures(int[] texts) => [.. texts.Select(text => pairs.PictureOf[text])];
        Assert.Equal(150, split.Train.Concat(split.Validation).Concat(split.Test).Distinct().Count());
        Assert.Equal((35, 5, 10), (Pictures(split.Train).Count, Pictures(split.Validation).Count, Pictures(split.Test).Count));
        Assert.Equal(50, Pictures([.. split.Train, .. split.Validation, .. split.Test]).Count);
        Assert.NotEqual(split.Test, PairSplit.Of(pairs, new AlignmentOptions { Seed = 2 }).Test);
    }

    [Fact]
    public async Task PairsAreReadAndEmbeddedAndBadOnesLeftOut()
    {
        File.WriteAllText(_folder.File("p.tsv"), "a.png\tone\nb.png\ttwo\na.png\tbad\nbad.png\tthree\n\n");
        var pairs = ImageTextPair.ReadFile(_folder.File("p.tsv"));
        Assert.Equal(_folder.File("a.png"), pairs[0].ImagePath);
        var vectors = await PairedVectors.EmbedAsync(
            pairs,
            new Lengths<string>(text => text),
            new Lengths<ImageInput>(image => Path.GetFileName(image.Name))
        );
        Assert.Equal((2, 2), (vectors.Pictures, vectors.PictureOf.Count));
        Assert.Equal([0, 1], vectors.PictureOf);
        Assert.Equal(["bad", "bad.png"], vectors.LeftOut.Select(entry => Path.GetFileName(entry.Name)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a.png one\n", "Line 1")]
    [InlineData("a.png\tone\n\tx\n", "Line 2")]
    [InlineData(null, "cannot be read")]
    public void BadFilesOfPairsAreRefused(string? content, string says)
    {
        if (content is not null)
        {
            File.WriteAllText(_folder.File("p.tsv"), content);
        }

        var error = Assert.Throws<SimileException>(() => ImageTextPair.ReadFile(_folder.File("p.tsv")));
        Assert.Equal(ErrorCode.BadTrainingData, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Embeds names; those that begin with "bad" fail.</summary>
    private sealed class Lengths<TInput>(Func<TInput, string> name) : IEmbedder<TInput>
    {
        public EmbeddingSpace Space { get; } = new("lengths", 2, false, SimilarityMetric.Cosine);

        public EmbeddingRecipe Recipe { get; } = EmbeddingRecipe.Of([("x", "y")]);

        public ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<TInput> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            var names = inputs.Select(name).ToArray();
            var outcomes = names.Select(text => new EmbeddingOutcome(
                1,
                1,
                text.StartsWith("bad", StringComparison.Ordinal) ? new SimileException(ErrorCode.EmptyText, "bad") : null
            ));
            return ValueTask.FromResult(
                new EmbeddingBatch(Space, [.. names.SelectMany(text => new float[] { text.Length, 1 })], [.. outcomes])
            );
        }
    }
}
