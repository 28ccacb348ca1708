using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
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

/// <summary>A text with one UTF-16 unit for every character: those beyond the basic plane are played by one of the same category.</summary>
/// <remarks>Oniguruma's patterns see characters, .NET's see UTF-16 units; on the shadow both see the same.</remarks>
internal sealed class ShadowText
{
    private const char CircledA = '\u24B6';
    private char[] _units = [];
    private int[] _places = [];
    private int _count;
    private bool _isPlain;

    /// <summary>Makes the shadow; a text without surrogates is its own.</summary>
    public ReadOnlySpan<char> Cast(ReadOnlySpan<char> text)
    {
        _isPlain = text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0;
        if (_isPlain)
        {
            return text;
        }

        if (_units.Length < text.Length)
        {
            _units = new char[text.Length];
            _places = new int[text.Length + 1];
        }

        _count = 0;
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            _places[_count] = place;
            _units[_count++] =
                rune.IsBmp ? (char)rune.Value
                : IsFramedLetter(rune.Value) ? CircledA
                : Double(Rune.GetUnicodeCategory(rune));
            place += rune.Utf16SequenceLength;
        }

        _places[_count] = place;
        return _units.AsSpan(0, _count);
    }

    /// <summary>Where in the text a place in the shadow is.</summary>
    public int PlaceOf(int index) => _isPlain ? index : _places[index];

    // Symbols that are word characters to \w.
    private static bool IsFramedLetter(int code) =>
        code is (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static char Double(UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.UppercaseLetter => '\u2C00',
            UnicodeCategory.LowercaseLetter => '\u2C30',
            UnicodeCategory.TitlecaseLetter => '\u1F88',
            UnicodeCategory.ModifierLetter => '\u10FC',
            UnicodeCategory.OtherLetter => '\uA4D0',
            UnicodeCategory.NonSpacingMark => '\uA806',
            UnicodeCategory.SpacingCombiningMark => '\uA823',
            UnicodeCategory.EnclosingMark => '\u20DD',
            UnicodeCategory.DecimalDigitNumber => '\uA8D0',
            UnicodeCategory.LetterNumber => '\u3021',
            UnicodeCategory.OtherNumber => '\u0B72',
            UnicodeCategory.Format => '\u2061',
            UnicodeCategory.PrivateUse => '\uE000',
            UnicodeCategory.DashPunctuation => '\u1806',
            UnicodeCategory.OpenPunctuation => '\u2985',
            UnicodeCategory.ClosePunctuation => '\u2986',
            UnicodeCategory.OtherPunctuation => '\uA8CE',
            UnicodeCategory.MathSymbol => '\u22C0',
            UnicodeCategory.CurrencySymbol => '\u20A0',
            UnicodeCategory.ModifierSymbol => '\uA700',
            UnicodeCategory.OtherSymbol => '\uA490',
            _ => '\u0378',
        };
}
