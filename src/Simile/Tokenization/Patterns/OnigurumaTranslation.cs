using System.Globalization;
using System.Text;

namespace Simile.Tokenization.Patterns;

/// <summary>Rewrites a pattern of Oniguruma's syntax as one of .NET's with the same meaning; what has no equal is refused.</summary>
internal sealed class OnigurumaTranslation(string pattern)
{
    // Letters, marks, digits, connectors, the fractions and powers of Latin-1, and letters in circles.
    private const string WordClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u00B2\u00B3\u00B9\u00BC-\u00BE\u24B6-\u24E9";

    private readonly StringBuilder _result = new();
    private readonly Stack<(int Start, bool IgnoresCase)> _groups = new();
    private int _position;
    private int _atom;
    private bool _ignoresCase;

    public string Translate()
    {
        while (_position < pattern.Length)
        {
            TranslateNext();
        }

        return _result.ToString();
    }

    private void TranslateNext()
    {
        switch (pattern[_position])
        {
            case '\\':
                _atom = _result.Length;
                TranslateEscape(inClass: false);
                break;
            case '[':
                _atom = _result.Length;
                TranslateClass();
                break;
            case '(':
                OpenGroup();
                break;
            case ')':
                CloseGroup();
                break;
            case '*' or '+' or '?':
                TranslateQuantifier(1);
                break;
            case '{' when BracesLength() is var length and > 0:
                TranslateQuantifier(length);
                break;
            case var unit:
                _atom = _result.Length;
                AppendLiteral(unit);
                _position++;
                break;
        }
    }

    private void AppendLiteral(char unit)
    {
        Require(!char.IsSurrogate(unit), "a character beyond U+FFFF");

        // The long s is a small s to Oniguruma, but not to .NET.
        _result.Append(_ignoresCase && unit is ('s' or 'S') ? "[s\u017F]" : unit.ToString());
    }

    private void TranslateEscape(bool inClass)
    {
        Require(_position + 1 < pattern.Length, "a backslash at the end");
        var letter = pattern[_position + 1];
        _position += 2;
        switch (letter)
        {
            case 'p' or 'P':
                TranslateProperty(letter);
                break;
            case 'h':
                _result.Append(inClass ? "0-9a-fA-F" : "[0-9a-fA-F]");
                break;
            case 'w':
                _result.Append(inClass ? WordClass : $"[{WordClass}]");
                break;
            case 'W' when !inClass:
                _result.Append($"[^{WordClass}]");
                break;
            case 'x' when _position < pattern.Length && pattern[_position] == '{':
                TranslateCodePoint();
                break;
            case 's' or 'S' or 'd' or 'D' or 'n' or 'r' or 't' or 'f' or 'v' or 'a' or 'e' or 'x' or 'u':
            case 'A' or 'z' or 'Z' or 'b' or 'B' or 'G' when !inClass || letter == 'b':
            case not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9')) when !char.IsSurrogate(letter):
                _result.Append('\\').Append(letter);
                break;
            default:
                throw Refusal($"\\{letter}");
        }
    }

    private void TranslateProperty(char letter)
    {
        var end = pattern.IndexOf('}', Math.Min(_position, pattern.Length));
        Require(end > _position && pattern[_position] == '{', "a property without braces");
        var name = pattern[(_position + 1)..end];
        var isNegated = name.StartsWith('^') != (letter == 'P');
        var category = name.TrimStart('^') switch
        {
            "Letter" or "letter" => "L",
            "Number" => "N",
            "Punctuation" or "Punct" or "punct" => "P",
            "Mark" => "M",
            "Symbol" => "S",
            { Length: 1 } plain when "LMNPSZC".Contains(plain, StringComparison.Ordinal) => plain,
            { Length: 2 } fine when "LMNPSZC".Contains(fine[0], StringComparison.Ordinal) => fine,
            _ => throw Refusal($"the property {name}"),
        };
        _result.Append(isNegated ? @"\P{" : @"\p{").Append(category).Append('}');
        _position = end + 1;
    }

    private void TranslateCodePoint()
    {
        var end = pattern.IndexOf('}', _position);
        var isHexadecimal = int.TryParse(
            end < 0 ? "" : pattern[(_position + 1)..end],
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture,
            out var code
        );
        Require(isHexadecimal && code <= char.MaxValue, "a code point beyond U+FFFF");
        _result.Append(CultureInfo.InvariantCulture, $"\\u{code:X4}");
        _position = end + 1;
    }

    private void TranslateClass()
    {
        var start = _position;
        _result.Append(pattern[_position++]);
        while (_position < pattern.Length && (pattern[_position] != ']' || IsFirstInClass(start)))
        {
            if (pattern[_position] == '\\')
            {
                TranslateEscape(inClass: true);
                continue;
            }

            Require(pattern[_position] != '[', "a class inside a class");
            Require(!pattern.AsSpan(_position).StartsWith("&&"), "an intersection of classes");
            Require(!char.IsSurrogate(pattern[_position]), "a character beyond U+FFFF");
            _result.Append(pattern[_position++]);
        }

        Require(_position < pattern.Length, "a class without an end");
        _result.Append(pattern[_position++]);
    }

    private bool IsFirstInClass(int start) => _position == start + 1 || (_position == start + 2 && pattern[start + 1] == '^');

    private void OpenGroup()
    {
        _groups.Push((_result.Length, _ignoresCase));
        _result.Append('(');
        _position++;
        if (_position >= pattern.Length || pattern[_position] != '?')
        {
            return;
        }

        var end = _position + 1;
        while (end < pattern.Length && (pattern[end] is 'i' or 'm' or 'x' or '-'))
        {
            end++;
        }

        Require(end < pattern.Length && pattern[end] is ':' or '=' or '!' or '>' or '<' or ')', "a group of an unknown kind");
        var flags = pattern[(_position + 1)..end];
        _ignoresCase = flags.Length == 0 ? _ignoresCase : flags.Split('-')[0].Contains('i', StringComparison.Ordinal);
        _result.Append('?').Append(flags.Replace('m', 's'));
        _position = end;
        if (pattern[end] == ')')
        {
            // Flags for the rest of the group that this one stands in.
            _groups.Pop();
        }

        _result.Append(pattern[_position++]);
    }

    private void CloseGroup()
    {
        Require(_groups.Count > 0, "a parenthesis that closes nothing");
        (_atom, _ignoresCase) = _groups.Pop();
        _result.Append(')');
        _position++;
    }

    private int BracesLength()
    {
        var end = pattern.IndexOf('}', _position);
        var content = end < 0 ? [] : pattern.AsSpan((_position + 1)..end);
        return content.Length > 0 && !content.ContainsAnyExcept("0123456789,") && content.Count(',') < 2 && content is not ","
            ? end + 1 - _position
            : 0;
    }

    private void TranslateQuantifier(int length)
    {
        var quantifier = pattern.Substring(_position, length).Replace("{,", "{0,", StringComparison.Ordinal);
        _position += length;
        _result.Append(quantifier);
        var isPlus = _position < pattern.Length && pattern[_position] == '+';
        if (_position < pattern.Length && pattern[_position] == '?')
        {
            _result.Append(pattern[_position++]);
        }
        else if (isPlus && length == 1)
        {
            // Possessive: what it took it does not give back.
            _result.Insert(_atom, "(?>").Append(')');
            _position++;
        }
        else if (isPlus)
        {
            // After braces a plus is a quantifier of its own.
            _result.Insert(_atom, "(?:").Append(")+");
            _position++;
        }
    }

    private void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw Refusal(what);
        }
    }

    private SimileException Refusal(string what) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer's pattern '{pattern}' has {what}, which is not supported; expected letters, classes, groups, look-around, "
                + "properties of general categories and quantifiers."
        );
}
