using System.Collections.Frozen;
using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>Canonical combining classes.</summary>
internal static partial class CombiningClass
{
    private static readonly Lazy<FrozenDictionary<int, byte>> Classes = new(ReadTable);

    /// <summary>The class of a character; 0 for all but marks.</summary>
    public static byte Of(int code) => code >= 0x300 && Classes.Value.TryGetValue(code, out var value) ? value : (byte)0;

    // Records of three: first, last, class.
    private static FrozenDictionary<int, byte> ReadTable()
    {
        var classes = new Dictionary<int, byte>(1000);
        for (var i = 0; i < Ranges.Length; i += 3)
        {
            for (var code = Ranges[i]; code <= Ranges[i + 1]; code++)
            {
                classes[code] = (byte)Ranges[i + 2];
            }
        }

        return classes.ToFrozenDictionary();
    }
}
