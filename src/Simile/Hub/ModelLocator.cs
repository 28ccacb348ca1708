using Simile.Models;

namespace Simile.Hub;

/// <summary>Finds models by name: an installed model, then one in the hub's cache, then a folder. A model of the hub that came in a package
/// is found by both its names. A folder that has a model's name is meant by <c>./name</c> only, so that none takes a model's place by lying
/// in the current folder.</summary>
/// <param name="catalog">The installed models.</param>
/// <param name="cache">The hub's cache.</param>
public sealed class ModelLocator(ModelCatalog catalog, HubCache cache)
{
    /// <summary>The installed models, in the order of their names.</summary>
    internal IEnumerable<ModelFolder> Installed => catalog.Names.Select(catalog.Resolve);

    /// <summary>The folder of a model.</summary>
    /// <param name="name">An installed model's name, <c>org/name[@revision]</c> or its address on the hub, the short name of a well-known
    /// model, or a folder.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, saying how to get it where that is known.</exception>
    internal ModelFolder Resolve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (catalog.Names.Contains(name, StringComparer.Ordinal))
        {
            return catalog.Resolve(name);
        }

        var reference = ReferenceOf(name);
        if (reference is not null && cache.Find(reference) is { } snapshot)
        {
            return ModelFolder.Open(snapshot.Folder);
        }

        if (reference is not null && FromPackage(reference) is { } packaged)
        {
            return packaged;
        }

        // A folder that is there but holds no model says so when it is read.
        return Directory.Exists(name) ? ModelFolder.Open(name)
            : reference is null ? catalog.Resolve(name)
            : throw NotPulled(name, reference);
    }

    /// <summary>Finds the models of this machine: installed ones, and those that were downloaded from the hub.</summary>
    public static ModelLocator OfThisMachine() =>
        new(ModelCatalog.OfThisMachine(), new HubCache(HubEnvironment.OfThisMachine().CacheFolder));

    /// <summary>The repository that a name means, or null when the name is an installed model's, or a folder's that no model of the cache
    /// is called by.</summary>
    public HubReference? FindReference(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var reference = catalog.Names.Contains(name, StringComparer.Ordinal) ? null : ReferenceOf(name);
        return reference is not null && Directory.Exists(name) && cache.FindId(reference.Id) is null ? null : reference;
    }

    // A name without an organization is a repository's only where the cache has it: else it is more likely an installed model's, misspelt.
    private HubReference? ReferenceOf(string name)
    {
        var (named, revision) = RepositoryText.Split(name);
        if (!HubReference.IsId(named))
        {
            return null;
        }

        var id = cache.FindId(named) ?? KnownModels.Find(named)?.Id;
        id = id is null ? named : cache.FindId(id) ?? id;
        var isReference = id.Contains('/', StringComparison.Ordinal) || cache.FindId(id) is not null;
        return isReference && HubReference.TryParse($"{id}@{revision ?? HubReference.DefaultRevision}", out var reference)
            ? reference
            : null;
    }

    // A model that came in a package answers to its name of the hub, where the hub's own is not here.
    private ModelFolder? FromPackage(HubReference reference)
    {
        var name = reference.Id[(reference.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var isMeant = reference.Revision == HubReference.DefaultRevision && catalog.Names.Contains(name, StringComparer.Ordinal);
        return isMeant && catalog.Resolve(name) is var folder && PackageOrigin.Of(folder)?.Model == reference.Id ? folder : null;
    }

    private SimileException NotPulled(string name, HubReference reference)
    {
        var others = cache
            .Snapshots.Where(snapshot => snapshot.Id == reference.Id)
            .Select(snapshot => snapshot.Revision ?? snapshot.Commit)
            .ToList();
        var there = others.Count > 0 ? $" In the cache are the revisions {string.Join(", ", others)}." : string.Empty;
        var part =
            others.Count == 0 && Directory.Exists(cache.RepositoryFolder(reference.Id))
                ? " The cache has a part of it: files are missing, or links lead nowhere."
                : string.Empty;
        var revision = reference.Revision == HubReference.DefaultRevision ? string.Empty : $" --revision {reference.Revision}";
        var known = cache.Snapshots.Select(snapshot => snapshot.Id).Concat(KnownModels.All.Select(model => model.Id));
        var near = NearNames.DidYouMean(name, known.Where(id => id != reference.Id).Distinct());
        return new SimileException(
            ErrorCode.ModelNotFound,
            $"There is neither a folder nor an installed model '{name}'{near}{there}{part} "
                + $"'simile models pull {reference.Id}{revision}' downloads it into {cache.Folder}."
        );
    }
}
