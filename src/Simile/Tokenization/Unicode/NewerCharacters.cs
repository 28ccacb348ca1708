namespace Simile.Tokenization.Unicode;

/// <summary>Punctuation, marks and controls that are younger than the Unicode tables of Hugging Face's tokenizers: there they are letters
/// like any other, so here too.</summary>
internal static partial class NewerCharacters
{
    /// <summary>Whether the character is one of them.</summary>
    public static bool Contains(int code) => CodeRanges.Contain(Ranges, code);
}
