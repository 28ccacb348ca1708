using Simile.Engine.Products;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Inference;
using Simile.Tests.Networks.Vision;
using Simile.Text;

namespace Simile.Tests.Text;

/// <summary>One weight that is NaN, in every tensor in turn: the input fails with a code, or the weight was of no account and the vector is
/// the sound one. Never a third.</summary>
public sealed class DamagedWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, ComputePrecision> Models =>
        new()
        {
            { "encoders/bert", ComputePrecision.Float32 },
            { "encoders/bert", ComputePrecision.BFloat16 },
            { "encoders/bert", ComputePrecision.Int8 },
            { "encoders/modernbert", ComputePrecision.Int8 },
        };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ATextFailsOrHasItsSoundVector(string name, ComputePrecision precision)
    {
        foreach (
            var file in Directory.GetFiles(
                RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name),
                "*",
                SearchOption.AllDirectories
            )
        )
        {
            var target = _folder.File(Path.GetRelativePath(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var sound = await EmbedAsync(precision);
        Assert.True(sound.Outcomes[0].Succeeded);
        var (failed, path) = (0, _folder.File("model.safetensors"));
        foreach (var (offset, bytes) in Weights(path))
        {
            var before = Patch(path, offset, [.. Enumerable.Repeat((byte)0xFF, bytes)]);
            var batch = await EmbedAsync(precision);
            Patch(path, offset, before);
            failed += batch.Outcomes[0].Succeeded ? 0 : 1;
            Assert.True(
                batch.Outcomes[0].Error?.Code == ErrorCode.InvalidVector || batch[0].SequenceEqual(sound[0]),
                $"the weight at byte {offset}"
            );
        }

        Assert.True(failed > 10, $"only {failed} weights were of account");
    }

    [Theory]
    [InlineData("resnet18-huggingface", ComputePrecision.Float32)]
    [InlineData("resnet18-huggingface", ComputePrecision.BFloat16)]
    [InlineData("resnet18-huggingface", ComputePrecision.Int8)]
    public void APictureHasASoundVectorOrNone(string name, ComputePrecision precision)
    {
        var vision = VisionCase.Named(name);
        var path = Path.Combine(vision.Write(_folder.Path).Path, "model.safetensors");
        var sound = Forward(vision, precision);
        Assert.All(sound, value => Assert.True(float.IsFinite(value)));
        var failed = 0;
        foreach (var (offset, bytes) in Weights(path))
        {
            var before = Patch(path, offset, [.. Enumerable.Repeat((byte)0xFF, bytes)]);
            var vector = Forward(vision, precision);
            Patch(path, offset, before);
            var isFinite = vector.All(float.IsFinite);
            failed += isFinite ? 0 : 1;
            Assert.True(!isFinite || vector.AsSpan().SequenceEqual(sound), $"the weight at byte {offset}");
        }

        Assert.True(failed > 10, $"only {failed} weights were of account");
    }

    public void Dispose() => _folder.Dispose();

    // Where the first weight of each tensor lies; all bits set are NaN in every type of floats.
    private static List<(long Offset, int Bytes)> Weights(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return
        [
            .. file
                .Tensors.Values.Where(tensor => tensor.Type is TensorType.F32 or TensorType.F16 or TensorType.BF16)
                .OrderBy(tensor => tensor.Offset)
                .Select(tensor => (tensor.Offset, TensorInfo.SizeOf(tensor.Type))),
        ];
    }

    private static byte[] Patch(string path, long offset, byte[] weight)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var before = new byte[weight.Length];
        stream.Position = offset;
        stream.ReadExactly(before);
        stream.Position = offset;
        stream.Write(weight);
        return before;
    }

    private async Task<EmbeddingBatch> EmbedAsync(ComputePrecision precision)
    {
        await using var embedder = await TextEmbedder.LoadAsync(
            _folder.Path,
            new TextEmbedderOptions { Precision = precision, Threads = 1 }
        );
        return await embedder.EmbedAsync(["ba de fi go"]);
    }

    private float[] Forward(VisionCase vision, ComputePrecision precision)
    {
        using var weights = SafetensorsSet.Open(_folder.Path);
        using var network = ModelFamilies.LoadImage(
            weights,
            Simile.Models.ModelFolder.Open(_folder.Path).ReadConfig(string.Empty, "config.json"),
            new ComputeOptions { Precision = precision }
        );
        var vector = new float[network.Dimensions];
        network.Forward(
            new PixelBatch(vision.Pictures().AsSpan(0, 3 * vision.Size * vision.Size), vision.Size, vision.Size),
            vector,
            team: null
        );
        return vector;
    }
}
