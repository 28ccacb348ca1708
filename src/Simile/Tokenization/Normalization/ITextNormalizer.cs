using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Normalization;

/// <summary>A normalizer of tokenizer.json. Immutable.</summary>
internal interface ITextNormalizer
{
    void Normalize(NormalizedText text);
}

/// <summary>Normalizers one after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<ITextNormalizer> normalizers) : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        foreach (var normalizer in normalizers)
        {
            normalizer.Normalize(text);
        }
    }
}

/// <summary>Puts text in front.</summary>
internal sealed class PrependNormalizer(string content) : ITextNormalizer
{
    public void Normalize(NormalizedText text) => text.Prepend(content);
}

/// <summary>Keeps the characters that pass.</summary>
internal sealed class FilterNormalizer(Func<Rune, bool> keep) : ITextNormalizer
{
    public void Normalize(NormalizedText text) => text.Keep(keep);
}

/// <summary>Puts text in the place of what matches.</summary>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string content) : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        var matches = new List<PatternMatch>();
        pattern.Find(text.Units, matches);
        if (matches.Exists(match => match.IsMatch))
        {
            text.Replace(matches, content);
        }
    }
}
