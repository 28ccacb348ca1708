namespace Simile.Tokenization.Unicode;

/// <summary>The script that a character belongs to, as SentencePiece sees it: the Japanese scripts are one.</summary>
internal static partial class CharacterScripts
{
    /// <summary>The number of a character's script; 0 when it goes with any, as a space does.</summary>
    public static int Of(int code)
    {
        var (low, high) = (0, (Ranges.Length / 3) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (code < Ranges[3 * middle])
            {
                high = middle - 1;
            }
            else if (code > Ranges[(3 * middle) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return Ranges[(3 * middle) + 2];
            }
        }

        return 0;
    }
}
