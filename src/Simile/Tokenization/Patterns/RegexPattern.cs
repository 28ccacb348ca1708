using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Simile.Tokenization.Patterns;

/// <summary>A regular expression in Oniguruma's syntax.</summary>
internal sealed class RegexPattern : ITextPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly string _pattern;
    private readonly Regex _regex;
    private readonly ConcurrentBag<ShadowText> _shadows = [];

    public RegexPattern(string pattern)
    {
        _pattern = pattern;
        try
        {
            _regex = new Regex(new OnigurumaTranslation(pattern).Translate(), RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Compiled, Patience);
        }
        catch (ArgumentException error)
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The tokenizer's pattern '{pattern}' is not one that .NET understands: {error.Message}", error);
        }
    }

    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        if (!_shadows.TryTake(out var shadow))
        {
            shadow = new ShadowText();
        }

        try
        {
            Find(shadow.Cast(text), shadow, matches);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The tokenizer's pattern '{_pattern}' took longer than {Patience.TotalSeconds} s on one word. Use a simpler pattern.", error);
        }

        matches.AddRest(text.Length);
        _shadows.Add(shadow);
    }

    private void Find(ReadOnlySpan<char> text, ShadowText shadow, List<PatternMatch> matches)
    {
        var last = -1;
        foreach (var match in _regex.EnumerateMatches(text))
        {
            // As in Oniguruma's iterator, nothing is not found right after something.
            if (match.Length > 0 || match.Index != last)
            {
                matches.AddMatch(shadow.PlaceOf(match.Index), shadow.PlaceOf(match.Index + match.Length));
            }

            last = match.Index + match.Length;
        }
    }
}
