using System.Collections.Immutable;
using System.Security.Cryptography;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Engine.Tensors.Onnx;

namespace Simile.Models;

/// <summary>Where the weights of a folder lie: safetensors, else an ONNX export of the same network.</summary>
internal static class Checkpoint
{
    private static readonly string[] Safetensors = ["model.safetensors", "model.safetensors.index.json"];

    /// <summary>The ONNX files that are looked for, the most exact first; names as optimum, sentence-transformers and transformers.js write
    /// them.</summary>
    public static ImmutableArray<string> OnnxNames { get; } =
    [
        "onnx/model.onnx",
        "model.onnx",
        "onnx/model_fp16.onnx",
        "model_fp16.onnx",
        "onnx/model_quantized.onnx",
        "model_quantized.onnx",
        "onnx/model_int8.onnx",
        "onnx/model_uint8.onnx",
    ];

    /// <summary>The ONNX files that are looked for where a graph is run as it is: those of texts or of pictures alone, then the
    /// others.</summary>
    /// <param name="part">Which half of a model of both kinds: <c>text</c> or <c>vision</c>.</param>
    public static IEnumerable<string> GraphNames(string part) =>
        OnnxNames.Select(name => name.Replace("model", part + "_model", StringComparison.Ordinal)).Concat(OnnxNames);

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>,
    /// <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ITensorSource Open(string folder) => FindOnnx(folder) is { } onnx ? OnnxFile.Open(onnx) : SafetensorsSet.Open(folder);

    /// <summary>The ONNX file that the weights of a folder are read from; null where it has safetensors, or neither.</summary>
    public static string? FindOnnx(string folder) =>
        HasSafetensors(folder) ? null : OnnxNames.Select(name => Path.Combine(folder, name)).FirstOrDefault(RegularFile.Exists);

    /// <summary>Whether a folder has its weights as safetensors.</summary>
    public static bool HasSafetensors(string folder) => Array.Exists(Safetensors, name => RegularFile.Exists(Path.Combine(folder, name)));

    /// <summary>What of a folder's weights the user should know: that they are not as they were trained.</summary>
    public static ImmutableArray<string> NotesOf(string folder) =>
        FindOnnx(folder) is { } path && Path.GetFileName(path) is var name and not "model.onnx"
            ? [$"{folder} has no weights in 32 bits; those of {name} are taken."]
            : [];
}

/// <summary>The digest of a model's weights, and the id of the space that its vectors live in. All embedders of one folder take them from
/// here, so a model's text and image vectors share a space.</summary>
internal static class WeightsDigest
{
    private const int DigitsInId = 8;

    /// <summary>SHA-256 in lower-case hexadecimal digits: one file's own, or the digest of the digests where there are several.</summary>
    /// <param name="paths">The files with the weights, in the order of their checkpoint
    /// (<see cref="Engine.Tensors.SafetensorsSet.Paths"/>).</param>
    public static string Of(IEnumerable<string> paths)
    {
        var digests = paths.AsParallel().AsOrdered().Select(OfFile).ToList();
        return digests.Count == 1 ? digests[0] : Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(string.Concat(digests))));
    }

    /// <summary>The id of a model's space: its name, the beginning of its weights' digest, and the output of a graph that the vectors are,
    /// where the folder's own modules do not make them.</summary>
    public static string SpaceId(ModelFolder folder, string digest, string? output = null) =>
        $"{folder.Name}@{digest[..DigitsInId]}{(output is null ? string.Empty : ":" + output)}";

    private static string OfFile(string path)
    {
        using var stream = RegularFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
