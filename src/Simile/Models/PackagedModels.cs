using Simile.Engine.Files;

namespace Simile.Models;

/// <summary>The models that were pulled from packages: a folder of model folders, each with a <see cref="PackageOrigin"/>.</summary>
/// <param name="cacheFolder">Simile's cache folder.</param>
internal sealed class PackagedModels(string cacheFolder)
{
    /// <summary>The folder of the model folders.</summary>
    public string Folder { get; } = Path.Combine(cacheFolder, "models");

    /// <summary>Where models are put together before they get their names; on the same disk, so that a name is given by one
    /// rename.</summary>
    public string Workshop { get; } = Path.Combine(cacheFolder, "pulls");

    /// <summary>The models of this machine's user.</summary>
    public static PackagedModels OfThisMachine() => new(UserFolders.Cache);

    private IEnumerable<ModelFolder> All =>
        Directory.Exists(Folder)
            ? Directory.EnumerateDirectories(Folder).Where(ModelCatalog.IsModel).Order(StringComparer.Ordinal).Select(ModelFolder.Open)
            : [];

    /// <summary>The folder of a model by its own name or by that of the hub, or null.</summary>
    public ModelFolder? Find(string name) =>
        All.FirstOrDefault(folder => folder.Name == name)
        ?? All.FirstOrDefault(folder => string.Equals(OriginOf(folder)?.Model, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The models of a package, of whatever version.</summary>
    public IEnumerable<(ModelFolder Folder, PackageOrigin Origin)> Of(string package) =>
        All.Select(folder => (Folder: folder, Origin: OriginOf(folder)!))
            .Where(model => string.Equals(model.Origin?.Package, package, StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes a model out.</summary>
    /// <returns>The bytes that were freed.</returns>
    public long Remove(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var freed = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Sum(RegularFile.LengthOf);
        Discard(folder.Path);
        return freed;
    }

    /// <summary>Takes a folder away, so that nobody ever sees a half of it under its name.</summary>
    public void Discard(string path)
    {
        Directory.CreateDirectory(Workshop);
        var aside = Path.Combine(Workshop, $"gone-{Guid.NewGuid():N}");
        Directory.Move(path, aside);
        Directory.Delete(aside, recursive: true);
    }

    // A record that cannot be read names no package; the folder's own name still finds it.
    private static PackageOrigin? OriginOf(ModelFolder folder)
    {
        try
        {
            return PackageOrigin.Of(folder);
        }
        catch (SimileException)
        {
            return null;
        }
    }
}
