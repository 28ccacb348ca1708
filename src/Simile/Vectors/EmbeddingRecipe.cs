using System.Security.Cryptography;
using System.Text;

namespace Simile;

/// <summary>Which vectors may be reused: a digest of everything a vector depends on beside the input itself.</summary>
/// <param name="Digest">SHA-256, 64 lower-case hexadecimal digits.</param>
public sealed record EmbeddingRecipe(string Digest)
{
    /// <summary>The recipe of named parts (weights, tokenizer, preprocessing, pooling, prompts, precision …). The order of the parts
    /// matters.</summary>
    public static EmbeddingRecipe Of(params IEnumerable<(string Name, string Value)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in parts)
        {
            // Lengths come first, so that no two lists of parts run together into the same bytes.
            hash.AppendData(Encoding.UTF8.GetBytes($"{name.Length}:{name}={value.Length}:{value};"));
        }

        return new EmbeddingRecipe(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
