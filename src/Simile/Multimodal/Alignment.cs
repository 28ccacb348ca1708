using System.Security.Cryptography;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Families;
using Simile.Images;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Two trained heads that bring a text space and an image space together. Both sides share the joint space, and nothing else does:
/// its id is the digest of the file.</summary>
public sealed class Alignment
{
    /// <summary>The name of the file in a folder that a training wrote.</summary>
    public const string FileName = ModelManifest.AlignmentFile;

    private const string Format = ModelManifest.AlignmentType;
    private readonly string _path;
    private readonly string _digest;
    private readonly JoinedSpaces _spaces;

    private Alignment(SafetensorsFile file, JoinedSpaces spaces, int dimensions, string digest)
    {
        (_path, _spaces, _digest) = (file.Path, spaces, digest);
        Method = file.Metadata.GetValueOrDefault("method", "unknown");
        Space = new EmbeddingSpace($"alignment@{digest[..16]}", dimensions, unitLength: true, SimilarityMetric.Cosine);
        TextHead = new AlignmentHead(spaces.Text, Space, LayerTensors.Read(file, "text", spaces.Text.Dimensions, dimensions));
        ImageHead = new AlignmentHead(spaces.Image, Space, LayerTensors.Read(file, "image", spaces.Image.Dimensions, dimensions));
    }

    /// <summary>How it was trained: <c>ridge</c>, <c>procrustes</c>, <c>cca</c>, <c>contrastive</c>.</summary>
    public string Method { get; }

    /// <summary>The joint space.</summary>
    public EmbeddingSpace Space { get; }

    /// <summary>Brings texts' vectors into the joint space.</summary>
    internal AlignmentHead TextHead { get; }

    /// <summary>Brings pictures' vectors into the joint space.</summary>
    internal AlignmentHead ImageHead { get; }

    /// <summary>Reads a file, or the folder that holds it.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static Alignment Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = SafetensorsFile.Open(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{file.Path} is no alignment: its header does not say format {Format}. 'simile train alignment' writes one."
            );
        }

        var dimensions = ModelDescription.JointDimensions(file);
        return new Alignment(file, JoinedSpaces.Read(file), checked((int)dimensions), DigestOf(file.Path));
    }

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="method">How it was trained.</param>
    /// <param name="text">The text space.</param>
    /// <param name="textLayers">The text head's layers.</param>
    /// <param name="image">The image space.</param>
    /// <param name="imageLayers">The image head's layers.</param>
    internal static void Save(
        string path,
        string method,
        EmbeddingSpace text,
        IReadOnlyList<LinearMap> textLayers,
        EmbeddingSpace image,
        IReadOnlyList<LinearMap> imageLayers
    )
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["version"] = "1",
            ["method"] = method,
        };
        new JoinedSpaces(text, image).Describe(metadata);
        SafetensorsWriter.Write(path, [.. LayerTensors.Of("text", textLayers), .. LayerTensors.Of("image", imageLayers)], metadata);
    }

    /// <summary>An embedder of texts in the joint space.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when this is not the text space it was trained
    /// for.</exception>
    public AlignedEmbedder<string> ForTexts(IEmbedder<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _spaces.Require(_path, texts.Space, null);
        return new AlignedEmbedder<string>(texts, TextHead, _digest);
    }

    /// <summary>An embedder of pictures in the joint space.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when this is not the image space it was trained
    /// for.</exception>
    public AlignedEmbedder<ImageInput> ForImages(IEmbedder<ImageInput> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        _spaces.Require(_path, null, images.Space);
        return new AlignedEmbedder<ImageInput>(images, ImageHead, _digest);
    }

    internal static string DigestOf(string path) => Convert.ToHexStringLower(SHA256.HashData(RegularFile.ReadAllBytes(path)));
}

/// <summary>The way of one side's vectors into the joint space: x̂ = x / |x|, then linear layers with ReLU between them, then unit
/// length.</summary>
/// <remarks>The training folds the centring of inputs and of outputs (the modality gap; Liang et al. 2022) into the layers'
/// biases.</remarks>
internal sealed class AlignmentHead
{
    private readonly LinearLayer[] _layers;

    internal AlignmentHead(EmbeddingSpace source, EmbeddingSpace joint, LinearLayer[] layers) =>
        (Source, Joint, _layers) = (source, joint, layers);

    /// <summary>Where vectors come from.</summary>
    public EmbeddingSpace Source { get; }

    /// <summary>Where they go to.</summary>
    public EmbeddingSpace Joint { get; }

    /// <summary>Maps one vector.</summary>
    /// <param name="vector">A vector of <see cref="Source"/>, (D).</param>
    /// <param name="joint">Gets its vector in <see cref="Joint"/>, (K).</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidVector"/> when it has no direction, before or after.</exception>
    public void Map(ReadOnlySpan<float> vector, Span<float> joint)
    {
        float[] unit = [.. vector];
        UnitLength.Normalize(unit);
        LayerTensors.Run(_layers, unit, joint);
        UnitLength.Normalize(joint);
    }
}
