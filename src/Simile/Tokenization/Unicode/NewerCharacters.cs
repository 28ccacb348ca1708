namespace Simile.Tokenization.Unicode;

/// <summary>Punctuation, marks and controls that are younger than the Unicode tables of Hugging Face's tokenizers: there they are letters like any other, so here too.</summary>
internal static partial class NewerCharacters
{
    /// <summary>Whether the character is one of them.</summary>
    public static bool Contains(int code)
    {
        var (low, high) = (0, (Ranges.Length / 2) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (code < Ranges[2 * middle])
            {
                high = middle - 1;
            }
            else if (code > Ranges[(2 * middle) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
