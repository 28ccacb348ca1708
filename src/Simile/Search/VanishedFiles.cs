using Simile.Engine.Files;
using Simile.Ingestion;

namespace Simile.Search;

/// <summary>Which files of a store are gone. What cannot be seen just now (a folder that cannot be listed, a disk that is not mounted) is
/// not gone.</summary>
/// <param name="found">What lies under the paths.</param>
/// <param name="known">The files in the store.</param>
/// <param name="prune">Whether everything may go.</param>
internal sealed class VanishedFiles(FoundDocuments found, IReadOnlyCollection<string> known, bool prune)
{
    private readonly HashSet<string> _present = [.. found.Files];

    /// <summary>The files of the store under some paths that are gone. Where that would be all of them, none is, and a problem is
    /// told.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/> for a path that neither the disk nor the store
    /// has.</exception>
    public IReadOnlyList<string> Under(IEnumerable<string> paths, IndexTally tally)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (
            var root in paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Distinct(StringComparer.Ordinal)
        )
        {
            var held = known.Where(path => IsUnder(path, root)).ToList();
            if (held.Count == 0 && found.Missing.Contains(root, StringComparer.Ordinal))
            {
                throw DocumentFinder.Missing(root);
            }

            var vanished = held.Where(IsGone).ToList();
            if (vanished.Count > 0 && vanished.Count == held.Count && !prune && !found.Files.Any(file => IsUnder(file, root)))
            {
                tally.Tell(
                    root,
                    new SimileException(
                        ErrorCode.EverythingGone,
                        $"All {held.Count} documents that the index holds of it are gone: is a disk not mounted, or the folder moved? "
                            + "They stay in the index until pruning is asked for."
                    )
                );
                continue;
            }

            gone.UnionWith(vanished);
        }

        return [.. gone];
    }

    // A file that is there and not found is one that was passed over this time: it was named itself, or the model in use embeds no
    // pictures.
    private bool IsGone(string path) =>
        !_present.Contains(path)
        && !found.Unlisted.Any(folder => IsUnder(path, folder.Path))
        && !(File.Exists(path) && RegularFile.IsRegular(path));

    private static bool IsUnder(string path, string root) =>
        path == root
        || path.StartsWith(
            root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );
}
