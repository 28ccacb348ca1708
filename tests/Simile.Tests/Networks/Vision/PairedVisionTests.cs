using Simile.Engine.Products;
using Simile.Engine.Tensors;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Inference;
using Simile.Models;
using Simile.Tests.Text;
using Simile.Vectors;

namespace Simile.Tests.Networks.Vision;

/// <summary>The vision towers of CLIP and SigLIP folders against PyTorch (tests/reference/clip.py, siglip.py), in every precision on every
/// instruction set.</summary>
public class PairedVisionTests
{
    public static TheoryData<string, string, ComputePrecision, float> Cases
    {
        get
        {
            var data = new TheoryData<string, string, ComputePrecision, float>();
            foreach (var (name, subfolder) in new[] { ("legacy", ""), ("module", "0_CLIPModel"), ("siglip", "") })
            {
                data.Add(name, subfolder, ComputePrecision.Float32, 0.999999f);
                data.Add(name, subfolder, ComputePrecision.BFloat16, 0.999f);
                data.Add(name, subfolder, ComputePrecision.Int8, 0.99f);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void VectorsAreThoseOfPyTorchAloneAndTogether(string name, string subfolder, ComputePrecision precision, float least)
    {
        var expected = ClipCase.Read(name);
        var size = expected.Size!.Value;
        float[] pictures = [.. VisionCase.Values(7000, 2 * 3 * size * size, 0).Select(value => value * 2)];
        using var team = new WorkerTeam(3);
        foreach (var level in Enum.GetValues<InstructionLevel>())
        {
            using var network = Load(name, subfolder, precision, level);
            var (together, shared, second) = (
                new float[2 * network.Dimensions],
                new float[2 * network.Dimensions],
                new float[network.Dimensions]
            );
            network.Forward(new PixelBatch(pictures, size, size), together, team: null);
            network.Forward(new PixelBatch(pictures, size, size), shared, team);
            network.Forward(new PixelBatch(pictures.AsSpan(pictures.Length / 2), size, size), second, team: null);
            Assert.Equal(together, shared);
            Assert.Equal(together[network.Dimensions..], second);
            Assert.InRange(Similarity.Cosine(expected.Images![0], together.AsSpan(0, network.Dimensions)), least, 1.000001f);
            Assert.InRange(Similarity.Cosine(expected.Images[1], second), least, 1.000001f);
        }
    }

    private static VisionNetwork Load(string name, string subfolder, ComputePrecision precision, InstructionLevel level)
    {
        var folder = ModelFolder.Open(ClipCase.Folder(name));
        using var weights = SafetensorsSet.Open(folder.File(subfolder));
        return ModelFamilies.LoadImage(
            weights,
            folder.ReadConfig(subfolder, "config.json"),
            new ComputeOptions { Precision = precision, Level = level }
        );
    }
}
