using Simile.Multimodal;
using Simile.Training.Alignment;
using Simile.Vectors;

namespace Simile.Training.Tests.Alignment;

/// <summary>Whole trainings on spaces that the tests draw.</summary>
public sealed class AlignmentTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PairedVectors _pairs = SyntheticPairs.Noisy(pictures: 300, textsEach: 2, seed: 9);

    [Theory]
    [InlineData(AlignmentMethod.Ridge, 12, 20)]
    [InlineData(AlignmentMethod.Procrustes, 12, 20)]
    [InlineData(AlignmentMethod.Procrustes, 16, 16)]
    [InlineData(AlignmentMethod.Cca, 12, 20)]
    public void AKnownMapIsRecovered(AlignmentMethod method, int textDimensions, int imageDimensions)
    {
        var (pairs, _) = SyntheticPairs.Mapped(400, textDimensions, imageDimensions);
        var report = Train(pairs, new AlignmentOptions { Method = method, Penalty = 1e-9 });
        Assert.Equal((1, 1), (report.After.TextToImage[0].Recall, report.After.ImageToText[0].Recall));
        var alignment = Multimodal.Alignment.Load(_folder.File("a"));
        var (text, image) = (new float[alignment.Space.Dimensions], new float[alignment.Space.Dimensions]);
        for (var i = 0; i < 50; i++)
        {
            alignment.TextHead.Map(pairs.Texts.Span.Slice(i * textDimensions, textDimensions), text);
            alignment.ImageHead.Map(pairs.Images.Span.Slice(i * imageDimensions, imageDimensions), image);
            Assert.Equal(1, Similarity.Cosine(text, image), 1e-4f);
        }
    }

    [Theory]
    [InlineData(AlignmentMethod.Ridge, 0)]
    [InlineData(AlignmentMethod.Procrustes, 0)]
    [InlineData(AlignmentMethod.Cca, 0)]
    [InlineData(AlignmentMethod.Contrastive, 0)]
    [InlineData(AlignmentMethod.Contrastive, 32)]
    public void EachMethodBeatsRawVectorsAndConcatenation(AlignmentMethod method, int hidden)
    {
        var report = Train(
            _pairs,
            new AlignmentOptions
            {
                Method = method,
                Hidden = hidden,
                MaxEpochs = 60,
                LearningRate = 5e-3f,
            }
        );
        Assert.False(report.Comparable);
        Assert.Equal((60, 120), (report.TestPictures, report.TestTexts));
        Assert.All(
            report.After.TextToImage.Zip(report.Before.TextToImage).Concat(report.After.ImageToText.Zip(report.Before.ImageToText)),
            pair =>
            {
                Assert.True(pair.First.Low > pair.Second.High, $"{method}: {pair.First} after {pair.Second}");
                Assert.InRange(pair.First.Recall, pair.First.Low, pair.First.High);
            }
        );
        Assert.True(report.After.TextToImage[0].Recall > ConcatenationRecall() + 0.3);
        Assert.True(report.After.ModalityGap < report.Before.ModalityGap / 2);
    }

    [Fact]
    public void TwoTrainingsGiveTheSameFileWhateverTheThreads()
    {
        var options = new AlignmentOptions { MaxEpochs = 5, Hidden = 8 };
        Train(_pairs, options);
        var first = File.ReadAllBytes(_folder.File("a"));
        Train(_pairs, options with { Threads = 1 });
        Assert.Equal(first, File.ReadAllBytes(_folder.File("a")));
        Train(_pairs, options with { Seed = 2 });
        Assert.NotEqual(first, File.ReadAllBytes(_folder.File("a")));
    }

    [Fact]
    public void AResumedTrainingEqualsAnUnbrokenOne()
    {
        var options = new AlignmentOptions
        {
            MaxEpochs = 9,
            Hidden = 8,
            Patience = 3,
        };
        Train(_pairs, options);
        var unbroken = File.ReadAllBytes(_folder.File("a"));
        using (var stop = new CancellationTokenSource())
        {
            var run = new TrainingRun(_folder.File("state"), (done, _, _) => Cancel(stop, done == 4), stop.Token);
            Assert.Throws<OperationCanceledException>(() => AlignmentTraining.Run(_pairs, options, _folder.File("b"), run));
        }

        Assert.False(File.Exists(_folder.File("b")));
        var passes = new List<int>();
        AlignmentTraining.Run(_pairs, options, _folder.File("b"), new TrainingRun(_folder.File("state"), (done, _, _) => passes.Add(done)));
        Assert.Equal(5, passes[0]);
        Assert.Equal(unbroken, File.ReadAllBytes(_folder.File("b")));
        var other = new TrainingRun(_folder.File("state"));
        Assert.Equal(
            ErrorCode.CheckpointMismatch,
            Assert.Throws<SimileException>(() => AlignmentTraining.Run(_pairs, options with { Seed = 2 }, _folder.File("b"), other)).Code
        );
    }

    [Theory]
    [InlineData(GatedFusion.Method)]
    [InlineData(ProjectionFusion.Method)]
    public void ALearnedFusionIsFoundByTextsAndRefusesOtherSpaces(string method)
    {
        Train(_pairs, new AlignmentOptions { Method = AlignmentMethod.Cca, Dimensions = 8 });
        var alignment = Multimodal.Alignment.Load(_folder.File("a"));
        var recall = LearnedFusionTraining.Run(
            _pairs,
            new AlignmentOptions { MaxEpochs = 40, LearningRate = 5e-3f },
            alignment,
            method,
            _folder.File("f")
        );
        Assert.True(recall > 0.6, $"recall {recall}");
        var fusion = LearnedFusion.Load(_folder.File("f"));
        Assert.Equal(alignment.Space, fusion.SpaceOf(_pairs.TextSpace, _pairs.ImageSpace));
        var error = Assert.Throws<SimileException>(() => fusion.SpaceOf(_pairs.ImageSpace, _pairs.ImageSpace));
        Assert.Equal(ErrorCode.SpaceMismatch, error.Code);
        Assert.Contains("texts@1/24", error.Message, StringComparison.Ordinal);
        Assert.Contains("texts of images@1/16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SenselessOptionsAndTooFewPairsAreRefused()
    {
        foreach (
            var options in (AlignmentOptions[])
                [
                    new() { TestShare = 0 },
                    new() { TestShare = 0.6, ValidationShare = 0.5 },
                    new() { BatchSize = 8 },
                    new() { Penalty = -1 },
                    new() { Hidden = -1 },
                    new() { Threads = 0 },
                ]
        )
        {
            Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => Train(_pairs, options)).Code);
        }

        Assert.Equal(
            ErrorCode.TooFewPairs,
            Assert.Throws<SimileException>(() => Train(SyntheticPairs.Noisy(12, 1, 1), new AlignmentOptions())).Code
        );
        var same = AlignmentReference.Pairs([.. Enumerable.Repeat(1f, 100)], 2, SyntheticPairs.Noisy(50, 1, 1).Images.ToArray(), 16);
        Assert.All(
            Enum.GetValues<AlignmentMethod>(),
            method =>
                Assert.Equal(
                    ErrorCode.TooFewPairs,
                    Assert.Throws<SimileException>(() => Train(same, new AlignmentOptions { Method = method })).Code
                )
        );
    }

    public void Dispose() => _folder.Dispose();

    private static void Cancel(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }

    private AlignmentReport Train(PairedVectors pairs, AlignmentOptions options) =>
        AlignmentTraining.Run(pairs, options, _folder.File("a"));

    // Without alignment a lone text [t ; 0] has nothing in common with a lone picture [0 ; i]: every score is 0.
    private double ConcatenationRecall()
    {
        var (texts, images) = (new Simile.Training.Static.PinnedMatrix(60, 40), new Simile.Training.Static.PinnedMatrix(60, 40));
        for (var i = 0; i < 60; i++)
        {
            _pairs.Texts.Span.Slice(i * 48, 24).CopyTo(texts.Row(i));
            _pairs.Images.Span.Slice(i * 16, 16).CopyTo(images.Row(i)[24..]);
        }

        return PairRanks.Of(texts, images, [.. Enumerable.Range(0, 60)], 1).OfTexts.Average(rank => rank == 1 ? 1.0 : 0);
    }
}
