using Simile.Engine.Tensors;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Files of learned fusions: the formula, the two spaces that are fused, the space of the fused vectors, and the
/// weights.</summary>
/// <remarks>They are trained into the joint space of an alignment (<c>LearnedFusionTraining</c>), so fused vectors can be compared with
/// aligned texts and pictures.</remarks>
public static class LearnedFusion
{
    /// <summary>The name of the file in a folder that a training wrote.</summary>
    public const string FileName = "fusion.safetensors";

    private const string Format = "simile-fusion";

    /// <summary>Reads a fusion, or the folder that holds it.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static IFusion Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = SafetensorsFile.Open(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{file.Path} is no fusion: its header does not say format {Format}. 'simile train alignment --fusion' writes one."
            );
        }

        var frame = new LearnedFusionFrame(
            file.Path,
            JoinedSpaces.Read(file),
            JoinedSpaces.ReadSpace(file, "fused"),
            EmbeddingRecipe.Of([("fusion", Alignment.DigestOf(file.Path))])
        );
        return file.Metadata.GetValueOrDefault("method") switch
        {
            GatedFusion.Method => new GatedFusion(file, frame),
            ProjectionFusion.Method => new ProjectionFusion(file, frame),
            var other => throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{file.Path} asks for the fusion '{other}'; known are {GatedFusion.Method} and {ProjectionFusion.Method}."
            ),
        };
    }

    /// <summary>Writes a fusion.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="method"><c>gated</c> or <c>projection</c>.</param>
    /// <param name="text">The text space.</param>
    /// <param name="image">The image space.</param>
    /// <param name="fused">The space of the fused vectors.</param>
    /// <param name="layers">The layers by name: text, image and gate, or projection.</param>
    internal static void Save(
        string path,
        string method,
        EmbeddingSpace text,
        EmbeddingSpace image,
        EmbeddingSpace fused,
        IReadOnlyDictionary<string, LinearMap> layers
    )
    {
        ArgumentNullException.ThrowIfNull(layers);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["version"] = "1",
            ["method"] = method,
        };
        new JoinedSpaces(text, image).Describe(metadata);
        JoinedSpaces.Describe(metadata, "fused", fused);
        SafetensorsWriter.Write(
            path,
            [.. layers.OrderBy(layer => layer.Key, StringComparer.Ordinal).SelectMany(layer => LayerTensors.Of(layer.Key, [layer.Value]))],
            metadata
        );
    }
}
