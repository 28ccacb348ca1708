using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Simile.Tokenization.Patterns;

/// <summary>A regular expression in Oniguruma's syntax.</summary>
internal sealed class RegexPattern : ITextPattern
{
    private const int MaxSlowTexts = 3;
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(5);
    private readonly TimeSpan _patience;
    private int _slowTexts;
    private readonly string _pattern;
    private readonly Regex _regex;

    // What one huge text took is not kept for the next one.
    private const int LongestKept = 1 << 20;
    private readonly ConcurrentBag<ShadowText> _shadows = [];

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="patience">How long one match may take; 5 s if null.</param>
    public RegexPattern(string pattern, TimeSpan? patience = null)
    {
        (_pattern, _patience) = (pattern, patience ?? UsualPatience);
        try
        {
            _regex = new Regex(
                new OnigurumaTranslation(pattern).Translate(),
                RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Compiled,
                _patience
            );
        }
        catch (ArgumentException error)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's pattern '{pattern}' is not one that .NET understands: {error.Message}",
                error
            );
        }
    }

    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        // A pattern that is slow again and again is no longer tried: every text would cost the whole patience.
        if (Volatile.Read(ref _slowTexts) >= MaxSlowTexts)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's pattern '{_pattern}' took longer than {_patience.TotalSeconds} s on {MaxSlowTexts} texts and is "
                    + "tried no more. Use a tokenizer with a simpler pattern, or load this one again."
            );
        }

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
            Interlocked.Increment(ref _slowTexts);
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's pattern '{_pattern}' took longer than {_patience.TotalSeconds} s on this text. Leave the text out, "
                    + "or use a tokenizer with a simpler pattern.",
                error
            );
        }

        matches.AddRest(text.Length);
        if (text.Length <= LongestKept)
        {
            _shadows.Add(shadow);
        }
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
