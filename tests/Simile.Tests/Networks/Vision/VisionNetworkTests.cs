using Simile.Engine.Products;
using Simile.Engine.Tensors;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Tests.Networks.Vision;

public class VisionNetworkTests
{
    public static TheoryData<string, InstructionLevel> Cases
    {
        get
        {
            var data = new TheoryData<string, InstructionLevel>();
            foreach (var vision in VisionCase.All)
            {
                foreach (var level in Enum.GetValues<InstructionLevel>())
                {
                    data.Add(vision.Name, level);
                }
            }

            return data;
        }
    }

    public static TheoryData<string> Names => [.. VisionCase.All.Select(vision => vision.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void VectorsAreThoseOfPyTorch(string name, InstructionLevel level)
    {
        using var folder = new TemporaryFolder();
        var (vision, network) = Load(name, folder, ComputePrecision.Float32, level);
        using (network)
        {
            var vectors = Forward(network, vision, vision.Pictures(), team: null);
            for (var i = 0; i < vectors.Length; i++)
            {
                Assert.Equal(vision.Vectors[i].Length, vectors[i].Length);
                var norm = MathF.Sqrt(vision.Vectors[i].Sum(value => value * value));
                Assert.All(vision.Vectors[i].Zip(vectors[i]), pair => Assert.InRange(MathF.Abs(pair.First - pair.Second), 0, 1e-5f * norm));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LowerPrecisionsStayClose(string name)
    {
        foreach (var (precision, least) in new[] { (ComputePrecision.BFloat16, 0.999f), (ComputePrecision.Int8, 0.98f) })
        {
            using var folder = new TemporaryFolder();
            var (vision, network) = Load(name, folder, precision, InstructionLevel.Assembled);
            using (network)
            {
                var vectors = Forward(network, vision, vision.Pictures(), team: null);
                Assert.All(vectors.Zip(vision.Vectors), pair => Assert.InRange(Similarity.Cosine(pair.First, pair.Second), least, 1.0001f));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void APictureHasOneVectorAloneInABatchAndOnATeam(string name)
    {
        foreach (var precision in Enum.GetValues<ComputePrecision>())
        {
            using var folder = new TemporaryFolder();
            var (vision, network) = Load(name, folder, precision, InstructionLevel.Assembled);
            using var team = new WorkerTeam(3);
            using (network)
            {
                var pictures = vision.Pictures();
                var together = Forward(network, vision, pictures, team: null);
                var shared = Forward(network, vision, pictures, team);
                var alone = Forward(network, vision, pictures[(pictures.Length / 2)..], team: null);
                Assert.Equal(together, shared);
                Assert.Equal(together[1], alone[0]);
            }
        }
    }

    [Fact]
    public void AnUnknownTensorIsRefused()
    {
        using var folder = new TemporaryFolder();
        var vision = VisionCase.Named("vit-timm");
        var extra = vision with { Tensors = [.. vision.Tensors, new VisionTensor("reg_token", [1, 4, 128], 1, 1, 0, 0)] };
        var error = Assert.Throws<SimileException>(() =>
            Open(extra.Write(folder.Path), ComputePrecision.Float32, InstructionLevel.Assembled)
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("reg_token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingTensorIsADamagedCheckpoint()
    {
        using var folder = new TemporaryFolder();
        var vision = VisionCase.Named("resnet18-torchvision");
        var less = vision with { Tensors = [.. vision.Tensors.Where(tensor => tensor.Name != "layer2.0.bn2.running_var")] };
        var error = Assert.Throws<SimileException>(() =>
            Open(less.Write(folder.Path), ComputePrecision.Float32, InstructionLevel.Assembled)
        );
        Assert.Equal(ErrorCode.BadCheckpoint, error.Code);
    }

    private static (VisionCase Vision, VisionNetwork Network) Load(
        string name,
        TemporaryFolder folder,
        ComputePrecision precision,
        InstructionLevel level
    )
    {
        var vision = VisionCase.Named(name);
        return (vision, Open(vision.Write(folder.Path), precision, level));
    }

    private static VisionNetwork Open(Simile.Models.ModelFolder folder, ComputePrecision precision, InstructionLevel level)
    {
        using var weights = SafetensorsSet.Open(folder.Path);
        return ModelFamilies.LoadImage(
            weights,
            folder.ReadConfig(string.Empty, "config.json"),
            new ComputeOptions { Precision = precision, Level = level }
        );
    }

    private static float[][] Forward(VisionNetwork network, VisionCase vision, float[] pictures, WorkerTeam? team)
    {
        var count = pictures.Length / (3 * vision.Size * vision.Size);
        var vectors = new float[count * network.Dimensions];
        network.Forward(new PixelBatch(pictures, vision.Size, vision.Size), vectors, team);
        return [.. vectors.Chunk(network.Dimensions)];
    }
}
