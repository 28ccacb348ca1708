using System.Text.Json.Serialization;

namespace Simile.Tests.Digests;

/// <summary>One line of the list: the SHA-256 of the vectors that a model gives for the list's inputs.</summary>
/// <param name="Model">A folder below the repository's root, or a case of vision.json.</param>
/// <param name="Inputs">texts, pictures, or prepared (pictures as numbers, into the network itself).</param>
/// <param name="Precision">What the products compute in.</param>
/// <param name="Level">The instructions, as <see cref="DigestLevels"/> names them.</param>
/// <param name="Sha256">Over all values as little-endian 32-bit floats, row after row.</param>
/// <param name="Machine">The processor that gave them.</param>
public sealed record VectorDigest(string Model, string Inputs, string Precision, string Level, string Sha256, string Machine)
{
    /// <summary>What the digest belongs to; one line of the list has it.</summary>
    [JsonIgnore]
    public string Key => $"{Model} {Inputs} {Precision} {Level}";
}
