using System.Collections.Immutable;

namespace Simile.NuGet;

/// <summary>A model as it lies in a package: which of its files go where, and what has to be added.</summary>
/// <param name="Name">The name of its folder.</param>
/// <param name="Id">The model's full name, <c>org/name</c> where the hub has it too.</param>
/// <param name="Files">The files, by their paths in the model's folder.</param>
/// <param name="Texts">Files that the package lacks.</param>
internal sealed record PackagedModel(
    string Name,
    string Id,
    ImmutableSortedDictionary<string, PackageItem> Files,
    ImmutableSortedDictionary<string, string> Texts
);
