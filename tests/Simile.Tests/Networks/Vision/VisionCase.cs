using System.Runtime.InteropServices;
using System.Text.Json;
using Simile.Engine.Tensors;
using Simile.Models;

namespace Simile.Tests.Networks.Vision;

/// <summary>A case of tests/reference/vision.py: its tensors are drawn here as they were there.</summary>
public sealed record VisionCase(string Name, JsonElement? Config, int Size, VisionTensor[] Tensors, float[][] Vectors)
{
    private static readonly Lazy<VisionFile> File = new(() =>
        JsonSerializer.Deserialize<VisionFile>(
            System.IO.File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "vision.json")),
            JsonSerializerOptions.Web
        )!
    );

    public static IReadOnlyList<VisionCase> All => File.Value.Cases;

    public static VisionCase Named(string name) => All.Single(vision => vision.Name == name);

    /// <summary>The pictures that the expected vectors belong to, (2, 3, S, S).</summary>
    public float[] Pictures() => [.. Values(7000, 2 * 3 * Size * Size, 0).Select(value => value * 2)];

    /// <summary>Writes the checkpoint in its published layout.</summary>
    internal ModelFolder Write(string folder)
    {
        var tensors = Tensors
            .Select(tensor => new TensorToWrite(
                tensor.Name,
                TensorType.F32,
                tensor.Shape,
                MemoryMarshal.AsBytes(tensor.Draw().AsSpan()).ToArray()
            ))
            .ToList();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors);
        if (Config is { } config)
        {
            System.IO.File.WriteAllText(Path.Combine(folder, "config.json"), config.GetRawText());
        }

        return ModelFolder.Open(folder);
    }

    internal static float[] Values(uint seed, int count, int skip)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var hash = ((uint)(i + skip) * 0x9E3779B1u) + (seed * 0x85EBCA77u);
            hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
            hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
            hash ^= hash >> 16;
            values[i] = ((hash >> 8) / (float)(1 << 23)) - 1;
        }

        return values;
    }

    private sealed record VisionFile(VisionCase[] Cases);
}

public sealed record VisionTensor(string Name, long[] Shape, uint Seed, float Scale, float Offset, int Skip)
{
    public float[] Draw()
    {
        var values = VisionCase.Values(Seed, (int)Shape.Aggregate(1L, (product, size) => product * size), Skip);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= Scale;
            values[i] += Offset;
        }

        return values;
    }
}
