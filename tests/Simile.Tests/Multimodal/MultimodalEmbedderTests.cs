using Simile.Images;
using Simile.Multimodal;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Multimodal;

public sealed class MultimodalEmbedderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeEmbedder<string> _texts = Fakes.Texts(
        "joint",
        new()
        {
            ["east"] = [2, 0],
            ["north"] = [0, 3],
            ["west"] = [-1, 0],
        }
    );
    private readonly FakeEmbedder<ImageInput> _images = Fakes.Images("joint", new() { ["n.png"] = [0, 5], ["e.png"] = [1, 0] });

    [Fact]
    public async Task EachRowBelongsToItsInputWhateverIsMissing()
    {
        var embedder = new MultimodalEmbedder(_texts, _images, new WeightedSumFusion());
        MultimodalInput[] inputs =
        [
            new("north"),
            new("east", Fakes.Picture("n.png")),
            new(null, Fakes.Picture("e.png")),
            new(null),
            new("east", Fakes.Picture("none.png")),
            new("lost", Fakes.Picture("n.png")),
            null!,
            new("west", Fakes.Picture("e.png")),
        ];
        var batch = await embedder.EmbedAsync(inputs, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([0, 1], batch[0].ToArray());
        Assert.Equal(MathF.Sqrt(0.5f), batch[1][0], 1e-6f);
        Assert.Equal([1, 0], batch[2].ToArray());
        Assert.Equal(
            [
                null,
                null,
                null,
                ErrorCode.MissingPart,
                ErrorCode.EmptyText,
                ErrorCode.EmptyText,
                ErrorCode.NullInput,
                ErrorCode.FusionUndefined,
            ],
            batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code)
        );
        Assert.All(batch.Block[6..].ToArray(), value => Assert.Equal(0, value));
        Assert.Equal((3, 2, true), (batch.Outcomes[1].TokensSeen, batch.Outcomes[1].TokensUsed, batch.Outcomes[1].Truncated));
    }

    [Fact]
    public async Task AnInputsVectorsComeWithIt()
    {
        var embedder = new MultimodalEmbedder(_texts, _images, new ConcatenationFusion());
        MultimodalInput[] inputs = [new("east", Fakes.Picture("n.png")), new("north"), new("lost", Fakes.Picture("n.png"))];
        var records = await embedder.EmbedWithMetadataAsync(inputs, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([2, 0, 0, 5], [.. records[0].TextVector.ToArray(), .. records[0].ImageVector.ToArray()]);
        Assert.Equal(4, records[0].FusedVector.Length);
        Assert.Equal((2, true, true), (records[1].TextVector.Length, records[1].ImageVector.IsEmpty, records[1].FusedVector.IsEmpty));
        Assert.Equal((null, ErrorCode.MissingPart), (records[1].ImageOutcome, records[1].Outcome.Error!.Code));
        Assert.Equal(
            (true, 2, ErrorCode.EmptyText),
            (records[2].TextVector.IsEmpty, records[2].ImageVector.Length, records[2].Outcome.Error!.Code)
        );
        Assert.Same(inputs[2], records[2].Input);
    }

    [Fact]
    public async Task WhatCannotBeHadIsRefused()
    {
        var embedder = new MultimodalEmbedder(_texts, _images, new SphericalFusion());
        MultimodalInput[] inputs = [new("east")];
        Assert.Equal(
            ErrorCode.UnsupportedDimensions,
            (
                await Assert.ThrowsAsync<SimileException>(async () =>
                    await embedder.EmbedAsync(inputs, new EmbedOptions { Dimensions = 1 })
                )
            ).Code
        );
        Assert.Equal(
            ErrorCode.InvalidOption,
            (
                await Assert.ThrowsAsync<SimileException>(async () =>
                    await embedder.EmbedAsync(inputs, new EmbedOptions { Normalize = false })
                )
            ).Code
        );
        var foreign = Fakes.Images("elsewhere", new() { ["n.png"] = [0, 5] });
        Assert.Equal(
            ErrorCode.SpaceMismatch,
            Assert.Throws<SimileException>(() => new MultimodalEmbedder(_texts, foreign, new SphericalFusion())).Code
        );
    }

    [Fact]
    public async Task AnAlignmentBringsTheRealTextModelIntoAJointSpace()
    {
        await using var texts = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        var images = Fakes.Images("pictures@7", new() { ["n.png"] = [0, 5], ["zero.png"] = [0, 0] });
        var cut = new float[2 * texts.Space.Dimensions];
        (cut[0], cut[texts.Space.Dimensions + 1]) = (1, 1);
        Alignment.Save(
            _folder.File(Alignment.FileName),
            "ridge",
            texts.Space,
            [new(texts.Space.Dimensions, 2, cut, new float[2])],
            images.Space,
            [new(2, 3, new float[] { 1, 0, 0, 1, -1, -1 }, new float[3]), new(3, 2, new float[] { 1, 0, 0, 0, 1, 0 }, new float[2])]
        );
        var alignment = Alignment.Load(_folder.Path);
        var (aligned, pictures) = (alignment.ForTexts(texts), alignment.ForImages(images));
        Assert.Equal(aligned.Space, pictures.Space);
        Assert.NotEqual(texts.Space, aligned.Space);
        var plain = await texts.EmbedAsync(["a red ball"]);
        var batch = await aligned.EmbedAsync(["a red ball", ""]);
        Assert.Equal(plain[0][0] / plain[0][1], batch[0][0] / batch[0][1], 1e-4f);
        Assert.Equal(ErrorCode.EmptyText, batch.Outcomes[1].Error!.Code);
        var seen = await pictures.EmbedAsync([Fakes.Picture("zero.png"), Fakes.Picture("n.png")]);
        Assert.Equal((ErrorCode.InvalidVector, 0, 1), (seen.Outcomes[0].Error!.Code, seen[1][0], seen[1][1]));
        var fused = new MultimodalEmbedder(aligned, pictures, new WeightedSumFusion());
        Assert.True((await fused.EmbedAsync([new("a red ball", Fakes.Picture("n.png"))])).Outcomes[0].Succeeded);

        var error = Assert.Throws<SimileException>(() => alignment.ForTexts(_texts));
        Assert.Equal(ErrorCode.SpaceMismatch, error.Code);
        Assert.Contains(texts.Space.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(_texts.Space.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Throws<SimileException>(() => alignment.ForImages(_images));
    }

    [Fact]
    public void AFileThatIsNoAlignmentIsRefused()
    {
        var space = new EmbeddingSpace("s", 2, true, SimilarityMetric.Cosine);
        Alignment.Save(
            _folder.File("a"),
            "ridge",
            space,
            [new(2, 2, new float[4], new float[2])],
            space,
            [new(2, 3, new float[6], new float[3])]
        );
        Assert.Equal(ErrorCode.BadCheckpoint, Assert.Throws<SimileException>(() => Alignment.Load(_folder.File("a"))).Code);
        Assert.Equal(
            ErrorCode.BadCheckpoint,
            Assert
                .Throws<SimileException>(() => Alignment.Load(RepositoryRoot.Find("models", "simile-text-mini", "model.safetensors")))
                .Code
        );
        Assert.Equal(ErrorCode.ModelNotFound, Assert.Throws<SimileException>(() => Alignment.Load(_folder.Path)).Code);
    }

    public void Dispose() => _folder.Dispose();
}
