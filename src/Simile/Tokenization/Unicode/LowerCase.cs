using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>The lower case of single characters, with the few that Unicode 17 added, since Hugging Face's library knows them.</summary>
internal static class LowerCase
{
    public static Rune Of(Rune rune) =>
        rune.Value switch
        {
            < 0xA7CE => Rune.ToLowerInvariant(rune),
            0xA7CE or 0xA7D2 or 0xA7D4 => new Rune(rune.Value + 1),
            >= 0x16EA0 and <= 0x16EB8 => new Rune(rune.Value + 0x1B),
            _ => Rune.ToLowerInvariant(rune),
        };
}
