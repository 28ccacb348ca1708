using System.Text;
using Simile.Tokenization;

namespace Simile.Ingestion;

/// <summary>Cuts texts into about as many pieces as tokenizers do, for models that do not say how they count: four letters or digits of a
/// word are one, every other sign, and every letter of a script without spaces.</summary>
internal sealed class EstimatedTokens : ITokenizer
{
    private const int LettersAToken = 4;

    // From here on scripts have no letters as small as ours (CJK radicals, kana, ideographs, syllables).
    private const int FirstWideLetter = 0x2E80;

    public int VocabularySize => 1;

    public int? UnknownId => 0;

    public string Digest => "estimate/1";

    public SpecialTokens Special => SpecialTokens.None;

    public void Tokenize(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        var (start, letters) = (0, 0);
        var at = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            var isLetter = Rune.IsLetterOrDigit(rune) && rune.Value < FirstWideLetter;
            if (letters > 0 && (!isLetter || letters == LettersAToken))
            {
                tokens.Add(0, start, at);
                letters = 0;
            }

            if (isLetter)
            {
                start = letters == 0 ? at : start;
                letters++;
            }
            else if (!Rune.IsWhiteSpace(rune))
            {
                tokens.Add(0, at, at + length);
            }

            at += length;
        }

        if (letters > 0)
        {
            tokens.Add(0, start, text.Length);
        }
    }

    public string TokenOf(int id) => string.Empty;
}
