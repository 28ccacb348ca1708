using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization.Normalization;

/// <summary>BERT's normalizer as a step of a pipeline. <see cref="WordPieceTokenizer"/> does the same word by word, and faster.</summary>
internal sealed class BertTextNormalizer : ITextNormalizer
{
    private readonly NormalizerSequence _steps;

    public BertTextNormalizer(BertNormalizer options)
    {
        var steps = new List<ITextNormalizer>();
        if (options.CleanText)
        {
            steps.Add(new FilterNormalizer(rune => CharacterKinds.Of(rune) != CharacterKind.Control));
            steps.Add(new MapNormalizer(rune => CharacterKinds.Of(rune) == CharacterKind.Space ? new Rune(' ') : rune));
        }

        if (options.HandleChineseChars)
        {
            steps.Add(new ChineseSpacing());
        }

        if (options.StripsAccents)
        {
            steps.Add(new UnicodeNormalizer(NormalizationKind.Nfd));
            steps.Add(new FilterNormalizer(rune => !CharacterKinds.IsAccent(rune)));
        }

        if (options.Lowercase)
        {
            steps.Add(new LowercaseNormalizer());
        }

        _steps = new NormalizerSequence(steps);
    }

    public void Normalize(NormalizedText text) => _steps.Normalize(text);

    private sealed class ChineseSpacing : ITextNormalizer
    {
        public void Normalize(NormalizedText text)
        {
            var found = false;
            foreach (var rune in text.Units.EnumerateRunes())
            {
                if (!CharacterKinds.IsChinese(rune.Value))
                {
                    text.Change(rune, 0);
                    continue;
                }

                text.Change(new Rune(' '), 0);
                text.Change(rune, 1);
                text.Change(new Rune(' '), 1);
                found = true;
            }

            if (found)
            {
                text.ApplyChanges();
            }
            else
            {
                text.ForgetChanges();
            }
        }
    }
}
