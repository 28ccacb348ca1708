using Simile.Engine.Products;
using Simile.Images;
using Simile.Imaging;
using Simile.Vectors;

namespace Simile.Tests.Images;

public sealed class ImageEmbedderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Networks => [.. PictureVectorCase.All.Select(vectors => vectors.Network)];

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task AFileHasTheVectorOfPyTorch(string network)
    {
        var expected = PictureVectorCase.Named(network);
        await using var embedder = await ImageEmbedder.LoadAsync(expected.Write(_folder.Path));
        var batch = await embedder.EmbedAsync(PictureVectorCase.Pictures);
        for (var i = 0; i < batch.Count; i++)
        {
            var (vector, wanted) = (batch[i].ToArray(), expected.Vectors[i]);
            Assert.Equal(wanted.Length, vector.Length);
            var norm = MathF.Sqrt(wanted.Sum(value => value * value));
            Assert.True(Similarity.Cosine(wanted, vector) >= 0.999999f, $"picture {i}: cosine {Similarity.Cosine(wanted, vector)}");
            Assert.All(wanted.Zip(vector), pair => Assert.InRange(MathF.Abs(pair.First - pair.Second), 0, 1e-4f * norm));
        }
    }

    [Fact]
    public async Task TheEightOrientationsOfOnePictureHaveOneVector()
    {
        await using var embedder = await LoadAsync();
        var folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "pictures", "orientations");
        var batch = await embedder.EmbedAsync([
            .. Enumerable.Range(1, 8).Select(number => ImageInput.FromFile(Path.Combine(folder, $"orientation-{number}.png"))),
        ]);
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(batch[0].ToArray(), batch[i].ToArray()));
    }

    [Fact]
    public async Task ABadPictureIsOneError()
    {
        await using var embedder = await LoadAsync();
        var good = ImageInput.FromPixels(GoldenPictures.Draw(40, 30, 1));
        ImageInput[] inputs =
        [
            good,
            ImageInput.FromFile(_folder.File("none.jpg")),
            ImageInput.FromBytes("no picture"u8.ToArray()),
            null!,
            good,
        ];
        var batch = await embedder.EmbedAsync(inputs);
        Assert.Equal(
            [null, ErrorCode.PathNotFound, ErrorCode.UnknownImageFormat, ErrorCode.NullInput, null],
            batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code)
        );
        Assert.Equal(batch[0].ToArray(), batch[4].ToArray());
        Assert.Equal(ErrorCode.NullInput, Assert.Throws<SimileException>(() => batch[3].Span.Length).Code);
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    [InlineData(ComputePrecision.Int8)]
    public async Task AVectorDependsOnItsPictureAlone(ComputePrecision precision)
    {
        var folder = PictureVectorCase.Named("resnet18-huggingface").Write(_folder.Path);
        await using var one = await ImageEmbedder.LoadAsync(folder, new ImageEmbedderOptions { Threads = 1, Precision = precision });
        await using var three = await ImageEmbedder.LoadAsync(folder, new ImageEmbedderOptions { Threads = 3, Precision = precision });
        var inputs = Enumerable.Range(0, 37).Select(i => ImageInput.FromPixels(GoldenPictures.Draw(20 + i, 90 - i, i))).ToArray();
        var (together, shared) = (await one.EmbedAsync(inputs), await three.EmbedAsync([.. inputs.Reverse()]));
        for (var i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(together[i].ToArray(), shared[inputs.Length - 1 - i].ToArray());
        }

        Assert.Equal(together[20].ToArray(), (await three.EmbedAsync([inputs[20]]))[0].ToArray());
    }

    // The first maps of a ResNet-50 are so large that pictures go through them one by one, also out of a batch.
    [Theory]
    [InlineData(ComputePrecision.BFloat16)]
    [InlineData(ComputePrecision.Int8)]
    public async Task LargeMapsChangeNoVector(ComputePrecision precision)
    {
        var folder = PictureVectorCase.Named("resnet50-torchvision").Write(_folder.Path);
        await using var embedder = await ImageEmbedder.LoadAsync(folder, new ImageEmbedderOptions { Threads = 2, Precision = precision });
        var inputs = Enumerable.Range(0, 3).Select(i => ImageInput.FromPixels(GoldenPictures.Draw(230 + (i * 20), 260, i))).ToArray();
        var together = await embedder.EmbedAsync(inputs);
        Assert.Equal(together[2].ToArray(), (await embedder.EmbedAsync([inputs[2]]))[0].ToArray());
        Assert.NotEqual(together[1].ToArray(), together[2].ToArray());
    }

    [Fact]
    public async Task MetadataSayWhatWasSeen()
    {
        await using var embedder = await LoadAsync();
        var image = GoldenPictures.Draw(40, 30, 1);
        var records = await embedder.EmbedWithMetadataAsync([
            ImageInput.FromPixels(image, "drawn"),
            ImageInput.FromBytes(default, "empty"),
        ]);
        Assert.Equal(
            ("drawn", image.Sha256(), 40, 30, 512),
            (records[0].Name, records[0].Sha256, records[0].Width, records[0].Height, records[0].Vector.Length)
        );
        Assert.Equal(("empty", "", 0, 0), (records[1].Name, records[1].Sha256, records[1].Width, records[1].Height));
        Assert.Equal(ErrorCode.UnknownImageFormat, records[1].Outcome.Error?.Code);
        Assert.NotEqual(GoldenPictures.Draw(30, 40, 1).Sha256(), image.Sha256());
    }

    [Fact]
    public async Task ADecoderThatThrowsFailsItsPictureOnly()
    {
        await using var embedder = await LoadAsync(new ImageEmbedderOptions { Decoders = [new BrokenDecoder()] });
        var batch = await embedder.EmbedAsync([
            ImageInput.FromBytes("BROKEN"u8.ToArray()),
            ImageInput.FromPixels(GoldenPictures.Draw(40, 30, 1)),
        ]);
        Assert.Equal([ErrorCode.DamagedImage, null], batch.Outcomes.ToArray().Select(outcome => outcome.Error?.Code));
    }

    [Fact]
    public async Task OptionsAreChecked()
    {
        await using var embedder = await LoadAsync();
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await embedder.EmbedAsync([], new EmbedOptions { MaxTokens = 3 })
        );
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Empty(await embedder.EmbedAsync([]));
        var unit = await embedder.EmbedAsync(
            [ImageInput.FromPixels(GoldenPictures.Draw(40, 30, 1))],
            new EmbedOptions { Normalize = true }
        );
        Assert.Equal(1, Similarity.Dot(unit[0], unit[0]), 1e-5f);
    }

    [Fact]
    public async Task CancellationEndsTheCall()
    {
        await using var embedder = await LoadAsync();
        var inputs = Enumerable.Repeat(ImageInput.FromPixels(GoldenPictures.Draw(40, 30, 1)), 100).ToArray();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await embedder.EmbedAsync(inputs, null, new CancellationToken(canceled: true))
        );
    }

    public void Dispose() => _folder.Dispose();

    private Task<ImageEmbedder> LoadAsync(ImageEmbedderOptions? options = null) =>
        ImageEmbedder.LoadAsync(PictureVectorCase.Named("resnet18-huggingface").Write(_folder.Path), options);

    private sealed class BrokenDecoder : IImageDecoder
    {
        public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("BROKEN"u8);

        public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget) => throw new InvalidOperationException("not today");
    }
}
