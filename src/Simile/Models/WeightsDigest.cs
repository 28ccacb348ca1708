using System.Security.Cryptography;
using Simile.Engine.Files;

namespace Simile.Models;

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

    /// <summary>The id of a model's space: its name and the beginning of its weights' digest.</summary>
    public static string SpaceId(ModelFolder folder, string digest) => $"{folder.Name}@{digest[..DigitsInId]}";

    private static string OfFile(string path)
    {
        using var stream = RegularFile.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
