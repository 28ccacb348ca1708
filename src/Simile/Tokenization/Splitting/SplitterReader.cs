using System.Text;
using System.Text.Json;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Splitting;

/// <summary>Reads the pre-tokenizer of a tokenizer.json.</summary>
internal static class SplitterReader
{
    private const string Known =
        "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Sequence, Split, "
        + "UnicodeScripts, Whitespace or WhitespaceSplit";

    public static ISplitter Read(JsonElement element) =>
        element.TypeOf() switch
        {
            "BertPreTokenizer" => Bert(),
            "ByteLevel" => new ByteLevelSplitter(
                element.GetProperty("add_prefix_space").GetBoolean(),
                element.GetFlag("use_regex", otherwise: true) ? Gpt2Words() : null
            ),
            "CharDelimiterSplit" or "Delimiter" => new PatternSplitter(
                new LiteralPattern(element.GetProperty("delimiter").Text()),
                SplitBehavior.Removed
            ),
            "Digits" => new PatternSplitter(
                new CharacterPattern(IsNumber),
                element.GetProperty("individual_digits").GetBoolean() ? SplitBehavior.Isolated : SplitBehavior.Contiguous
            ),
            "FixedLength" => ReadFixedLength(element),
            "Metaspace" => ReadMetaspace(element),
            "Punctuation" => new PatternSplitter(
                new CharacterPattern(IsPunctuation),
                ReadBehavior(element.GetText("behavior") ?? nameof(SplitBehavior.Isolated))
            ),
            "Sequence" => new SplitterSequence([.. element.GetProperty("pretokenizers").EnumerateArray().Select(Read)]),
            "Split" => new PatternSplitter(
                PatternReader.Read(element.GetProperty("pattern")),
                ReadBehavior(element.GetProperty("behavior").GetString()),
                element.GetFlag("invert")
            ),
            "UnicodeScripts" => new ScriptSplitter(),
            "Whitespace" => new PatternSplitter(new WordPattern(), SplitBehavior.Removed, invert: true),
            "WhitespaceSplit" => new PatternSplitter(new CharacterPattern(Rune.IsWhiteSpace), SplitBehavior.Removed),
            var type => throw TokenizerJson.Refusal("pre_tokenizer", type, Known),
        };

    /// <summary>BERT's words: at white space, and every punctuation mark by itself.</summary>
    public static ISplitter Bert() =>
        new SplitterSequence([
            new PatternSplitter(new CharacterPattern(Rune.IsWhiteSpace), SplitBehavior.Removed),
            new PatternSplitter(new CharacterPattern(IsPunctuation), SplitBehavior.Isolated),
        ]);

    /// <summary>GPT-2's words.</summary>
    public static ISplitter Gpt2Words() => new PatternSplitter(new Gpt2Pattern(), SplitBehavior.Isolated);

    // The last two came with Unicode 17, which the library knows.
    private static bool IsNumber(Rune rune) =>
        Rune.IsNumber(rune) || rune.Value is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    private static bool IsPunctuation(Rune rune) => CharacterKinds.Of(rune) == CharacterKind.Punctuation;

    private static SplitBehavior ReadBehavior(string? name) =>
        Enum.TryParse<SplitBehavior>(name, out var behavior) && Enum.IsDefined(behavior)
            ? behavior
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer splits with the behavior {name}; expected {string.Join(", ", Enum.GetNames<SplitBehavior>())}."
            );

    private static FixedLengthSplitter ReadFixedLength(JsonElement element)
    {
        var length = element.Has("length", out var value) ? value.GetInt32() : 5;
        return length > 0
            ? new FixedLengthSplitter(length)
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer splits into words of {length} characters; expected at least 1."
            );
    }

    private static MetaspaceSplitter ReadMetaspace(JsonElement element)
    {
        var scheme = element.GetText("prepend_scheme") switch
        {
            null => element.GetFlag("add_prefix_space", otherwise: true) ? PrependScheme.Always : PrependScheme.Never,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var name => throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's prepend_scheme is {name}; expected always, first or never."
            ),
        };
        var replacement = element.GetProperty("replacement").GetString();
        return replacement is { Length: 1 or 2 }
            ? new MetaspaceSplitter(replacement, scheme, element.GetFlag("split", otherwise: true))
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's metaspace is '{replacement}'; expected one character."
            );
    }
}

/// <summary>Words of equally many characters; the last may be shorter.</summary>
internal sealed class FixedLengthSplitter(int length) : ISplitter
{
    public void Split(SegmentedText text, SplitScratch scratch)
    {
        text.Begin();
        foreach (var segment in text.Segments)
        {
            if (segment.Id >= 0)
            {
                text.NewSegments.Add(segment);
                continue;
            }

            var from = segment.From;
            while (from < segment.To)
            {
                var to = from;
                for (var i = 0; i < length && to < segment.To; i++)
                {
                    to += char.IsHighSurrogate(text.Text.Units[to]) ? 2 : 1;
                }

                text.NewSegments.Add(new Segment(from, to, -1));
                from = to;
            }
        }

        text.EndSplitting();
    }
}

/// <summary>Splits where the script changes. Like the library's, it drops what stands before the first character that has a
/// script.</summary>
internal sealed class ScriptSplitter : ISplitter
{
    public void Split(SegmentedText text, SplitScratch scratch)
    {
        text.Begin();
        foreach (var segment in text.Segments)
        {
            if (segment.Id >= 0)
            {
                text.NewSegments.Add(segment);
            }
            else
            {
                AddWords(text, segment);
            }
        }

        text.EndSplitting();
    }

    private static void AddWords(SegmentedText text, Segment segment)
    {
        var (start, position, last) = (-1, segment.From, 0);
        foreach (var rune in text.Text.Units[segment.From..segment.To].EnumerateRunes())
        {
            var script = CharacterScripts.Of(rune.Value);
            if (script != 0 && script != last)
            {
                AddWord(text, start, position);
                (start, last) = (position, script);
            }

            position += rune.Utf16SequenceLength;
        }

        AddWord(text, start, segment.To);
    }

    private static void AddWord(SegmentedText text, int from, int to)
    {
        if (from >= 0)
        {
            text.NewSegments.Add(new Segment(from, to, -1));
        }
    }
}
