namespace Simile.Tokenization.Unicode;

/// <summary>GPT-2's printable character for every byte.</summary>
internal static class ByteCharacters
{
    /// <summary>What a space becomes.</summary>
    public const char Space = '\u0120';

    private static readonly char[] Characters = Make();

    public static char Of(byte value) => Characters[value];

    private static char[] Make()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            characters[value] = isPrintable ? (char)value : (char)next++;
        }

        return characters;
    }
}
