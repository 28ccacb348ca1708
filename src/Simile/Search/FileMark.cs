using System.Globalization;

namespace Simile.Search;

/// <summary>What a store remembers of a file: its fingerprint, and what is to be told of it again at the next run.</summary>
/// <param name="Fingerprint">Changes when the file's content, or the way it is cut and embedded, does.</param>
/// <param name="WithoutVector">Chunks without a vector.</param>
/// <param name="Truncated">Chunks that were cut.</param>
/// <param name="IsEmpty">Whether it has no chunk.</param>
/// <param name="IsFlawed">Whether reading it gave problems or notes.</param>
internal sealed record FileMark(string Fingerprint, int WithoutVector = 0, int Truncated = 0, bool IsEmpty = false, bool IsFlawed = false)
{
    private const char Separator = '!';

    /// <summary>Reads a mark.</summary>
    public static FileMark Parse(string stored)
    {
        var at = stored.IndexOf(Separator, StringComparison.Ordinal);
        return
            at >= 0
            && stored[..at].Split(',') is [var without, var cut, var empty, var flawed]
            && int.TryParse(without, CultureInfo.InvariantCulture, out var withoutVector)
            && int.TryParse(cut, CultureInfo.InvariantCulture, out var truncated)
            ? new FileMark(stored[(at + 1)..], withoutVector, truncated, empty == "1", flawed == "1")
            : new FileMark(stored);
    }

    /// <summary>The mark as it is stored: it ends as the fingerprint does, and is the fingerprint alone for a file with nothing to
    /// tell.</summary>
    public override string ToString() =>
        WithoutVector == 0 && Truncated == 0 && !IsEmpty && !IsFlawed
            ? Fingerprint
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{WithoutVector},{Truncated},{(IsEmpty ? 1 : 0)},{(IsFlawed ? 1 : 0)}{Separator}{Fingerprint}"
            );
}
