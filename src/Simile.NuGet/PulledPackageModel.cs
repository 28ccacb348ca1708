namespace Simile.NuGet;

/// <summary>A model that came in a package.</summary>
/// <param name="Name">The name under which it is found from now on.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Package">The package's id.</param>
/// <param name="Version">The package's version.</param>
/// <param name="Source">Where the package came from.</param>
/// <param name="Bytes">The size of its files.</param>
/// <param name="IsNew">Whether it was put there just now; false where it was there already.</param>
public sealed record PulledPackageModel(string Name, string Folder, string Package, string Version, string Source, long Bytes, bool IsNew);
