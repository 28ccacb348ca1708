using Simile.Models;

namespace Simile.Hub;

/// <summary>Finds models by name: a folder, then an installed model, then one in the hub's cache.</summary>
/// <param name="catalogue">The installed models.</param>
/// <param name="cache">The hub's cache.</param>
public sealed class ModelLocator(ModelCatalogue catalogue, HubCache cache)
{
    /// <summary>The folder of a model.</summary>
    /// <param name="name">A folder, an installed model's name, <c>org/name[@revision]</c>, or the short name of a well-known model.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, saying how to get it where that is known.</exception>
    public ModelFolder Resolve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (IsModel(name))
        {
            return ModelFolder.Open(name);
        }

        if (catalogue.Names.Contains(name, StringComparer.Ordinal))
        {
            return catalogue.Resolve(name);
        }

        var reference = Directory.Exists(name) ? null : ReferenceOf(name);
        if (reference is not null && cache.Find(reference) is { } snapshot)
        {
            return ModelFolder.Open(snapshot.Folder);
        }

        // A folder that is there but holds no model says so when it is read.
        return reference is null ? catalogue.Resolve(name) : throw NotPulled(name, reference);
    }

    /// <summary>Finds the models of this machine: installed ones, and those that were downloaded from the hub.</summary>
    public static ModelLocator OfThisMachine() => new(ModelCatalogue.OfThisMachine(), new HubCache(HubEnvironment.OfThisMachine().CacheFolder));

    /// <summary>The repository in the cache that a name means, or null when the name is a folder's or an installed model's.</summary>
    public HubReference? FindReference(string name) =>
        Directory.Exists(name) || catalogue.Names.Contains(name, StringComparer.Ordinal) ? null : ReferenceOf(name);

    private static HubReference? ReferenceOf(string name)
    {
        var parts = name.Split('@', 2);
        var id = KnownModels.Find(parts[0])?.Id ?? parts[0];
        return HubReference.TryParse(parts.Length == 2 ? $"{id}@{parts[1]}" : id, out var reference) ? reference : null;
    }

    private static bool IsModel(string path) => File.Exists(Path.Combine(path, "config.json")) || File.Exists(Path.Combine(path, "modules.json"));

    private SimileException NotPulled(string name, HubReference reference)
    {
        var others = cache.Snapshots.Where(snapshot => snapshot.Id == reference.Id).Select(snapshot => snapshot.Revision ?? snapshot.Commit).ToList();
        var there = others.Count > 0 ? $" In the cache are the revisions {string.Join(", ", others)}." : string.Empty;
        var revision = reference.Revision == HubReference.DefaultRevision ? string.Empty : $" --revision {reference.Revision}";
        return new SimileException(ErrorCode.ModelNotFound, $"There is neither a folder nor an installed model '{name}'.{there} 'simile models pull {reference.Id}{revision}' downloads it into {cache.Folder}.");
    }
}
