namespace Simile.NuGet;

/// <summary>A file of a package, or a resource of an assembly in it.</summary>
/// <param name="Name">Its path with slashes, or the resource's name.</param>
/// <param name="Length">The length that is announced.</param>
/// <param name="Open">Opens it to be read once.</param>
internal sealed record PackageItem(string Name, long Length, Func<Stream> Open)
{
    /// <summary>The CRC-32 that the package's directory tells, or null for what lies inside of a file.</summary>
    public uint? Crc32 { get; init; }

    /// <summary>The SHA-256 that it must have, or null where nobody knows.</summary>
    public string? Sha256 { get; init; }
}
