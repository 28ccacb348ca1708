using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>Compatibility decomposition (NFKD) of single characters.</summary>
internal static partial class CompatibleDecomposition
{
    private static readonly Lazy<System.Collections.Frozen.FrozenDictionary<int, string>> Mappings = new(() =>
        CanonicalDecomposition.ReadTable(Table)
    );

    /// <summary>The full decomposition of a character, or an empty span when it stands for itself.</summary>
    /// <param name="rune">The character.</param>
    /// <param name="hangul">Room for three units, used for Hangul syllables.</param>
    public static ReadOnlySpan<char> Of(Rune rune, Span<char> hangul) =>
        Mappings.Value.TryGetValue(rune.Value, out var mapping) ? mapping : CanonicalDecomposition.Of(rune, hangul);
}
