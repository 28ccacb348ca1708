using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Simile.NuGet;

/// <summary>The resources inside an assembly. The file is read as data: nothing of it is loaded, and none of its code runs.</summary>
internal static class AssemblyResources
{
    /// <summary>The resources of an assembly; none for a file that is no assembly.</summary>
    /// <param name="path">The file, which must stay until what is opened here is read.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="label">What messages call its package.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/> when its table of resources leads out of it.</exception>
    public static IReadOnlyList<PackageItem> Read(string path, string name, string label)
    {
        using var file = File.OpenRead(path);
        using var assembly = new PEReader(file, PEStreamOptions.LeaveOpen);
        try
        {
            return Read(assembly, path, file.Length)
                ?? throw PackageContents.Damaged(label, $"the table of resources in {name} leads out of the file");
        }
        catch (Exception error)
            when (error is BadImageFormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw PackageContents.Damaged(label, $"{name} is no sound assembly ({error.Message})", error);
        }
    }

    private static List<PackageItem>? Read(PEReader assembly, string path, long bytes)
    {
        if (!assembly.HasMetadata || assembly.PEHeaders.CorHeader is not { } header)
        {
            return [];
        }

        var metadata = assembly.GetMetadataReader();
        var resources = metadata
            .ManifestResources.Select(metadata.GetManifestResource)
            .Where(resource => resource.Implementation.IsNil)
            .ToList();
        if (resources.Count == 0)
        {
            return [];
        }

        if (!assembly.PEHeaders.TryGetDirectoryOffset(header.ResourcesDirectory, out var start))
        {
            return null;
        }

        var (end, items) = (Math.Min(bytes, (long)start + header.ResourcesDirectory.Size), new List<PackageItem>());
        foreach (var resource in resources)
        {
            // Each one lies behind its length, four bytes.
            var at = start + resource.Offset;
            if (at < 0 || at + sizeof(int) > end || LengthAt(path, at) is var length && (length < 0 || at + sizeof(int) + length > end))
            {
                return null;
            }

            items.Add(new PackageItem(metadata.GetString(resource.Name), length, () => OpenAt(path, at + sizeof(int), length)));
        }

        return items;
    }

    private static int LengthAt(string path, long position)
    {
        using var file = File.OpenHandle(path);
        Span<byte> length = stackalloc byte[sizeof(int)];
        return RandomAccess.Read(file, length, position) == length.Length ? BinaryPrimitives.ReadInt32LittleEndian(length) : -1;
    }

    private static Stream OpenAt(string path, long position, long length)
    {
        if (length == 0)
        {
            return Stream.Null;
        }

        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        return file.CreateViewStream(position, length, MemoryMappedFileAccess.Read);
    }
}
