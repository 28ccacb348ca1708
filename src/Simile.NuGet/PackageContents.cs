using System.IO.Compression;
using Simile.Hub;

namespace Simile.NuGet;

/// <summary>The files of a package, once their names and lengths are such as a sound package has.</summary>
internal sealed class PackageContents : IDisposable
{
    private const int MaxFiles = 100_000;

    // No deflated byte stands for more than these.
    private const long MaxPerByte = 1032;
    private readonly ZipArchive _archive;

    private PackageContents(ZipArchive archive, IReadOnlyList<PackageItem> files) => (_archive, Files) = (archive, files);

    /// <summary>The files, in the package's order.</summary>
    public IReadOnlyList<PackageItem> Files { get; }

    /// <summary>Opens a package.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">What messages call the package.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/>, <see cref="ErrorCode.PackageUnsafeName"/>.</exception>
    public static PackageContents Open(string path, string label)
    {
        ZipArchive? archive = null;
        try
        {
            archive = ZipFile.OpenRead(path);
            return new PackageContents(archive, FilesOf(archive, new FileInfo(path).Length, label));
        }
        catch (Exception error)
        {
            archive?.Dispose();
            if (error is InvalidDataException or EndOfStreamException or ArgumentException)
            {
                throw Damaged(label, $"its directory cannot be read ({error.Message})", error);
            }

            throw;
        }
    }

    /// <summary>An error about a package that does not hold together.</summary>
    public static SimileException Damaged(string label, string what, Exception? error = null) =>
        new(
            ErrorCode.PackageDamaged,
            $"The package {label} is damaged: {what}. Nothing was put in place. Pull it again; if that does not help, its owner must "
                + "publish it anew.",
            error
        );

    public void Dispose() => _archive.Dispose();

    private static List<PackageItem> FilesOf(ZipArchive archive, long bytes, string label)
    {
        var (files, names) = (new List<PackageItem>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var entry in archive.Entries)
        {
            var name = Uri.UnescapeDataString(entry.FullName);
            RequireSafe(name, label);
            if (name.EndsWith('/'))
            {
                continue;
            }

            if (!names.Add(name) || files.Count == MaxFiles)
            {
                throw Damaged(label, files.Count == MaxFiles ? $"it lists more than {MaxFiles} files" : $"it lists {Shown(name)} twice");
            }

            if (
                entry.Length < 0
                || entry.CompressedLength < 0
                || entry.CompressedLength > bytes
                || entry.Length / MaxPerByte > entry.CompressedLength
            )
            {
                throw Damaged(
                    label,
                    $"{Shown(name)} is announced with {entry.Length} bytes, packed into {entry.CompressedLength} of the "
                        + $"package's {bytes}, which cannot be"
                );
            }

            files.Add(new PackageItem(name, entry.Length, entry.Open) { Crc32 = entry.Crc32 });
        }

        return files;
    }

    private static void RequireSafe(string name, string label)
    {
        if (!HubFileNames.IsSafe(name.TrimEnd('/')))
        {
            throw new SimileException(
                ErrorCode.PackageUnsafeName,
                $"The package {label} lists a file named '{Shown(name)}', which could be written outside of the model's folder. Nothing "
                    + "was written; do not trust this package."
            );
        }
    }

    private static string Shown(string name) => string.Concat(name.Take(80).Select(letter => char.IsControl(letter) ? '?' : letter));
}

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
