using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Tokenization;

/// <summary>What a post-processor does: special tokens around a text, and spaces taken out of places.</summary>
internal sealed record PostProcessor(SpecialTokens Special, ImmutableArray<bool> TrimmingPasses)
{
    /// <summary>Does nothing.</summary>
    public static PostProcessor None { get; } = new(SpecialTokens.None, []);
}

/// <summary>Reads the post-processor of a tokenizer.json.</summary>
internal static class PostProcessorReader
{
    private const string Known = "BertProcessing, ByteLevel, RobertaProcessing, Sequence or TemplateProcessing";

    /// <summary>What is done to a single text.</summary>
    /// <param name="root">The whole tokenizer.json.</param>
    public static PostProcessor Read(JsonElement root) =>
        root.Has("post_processor", out var element) ? ReadOne(element) : PostProcessor.None;

    private static PostProcessor ReadOne(JsonElement element) =>
        element.TypeOf() switch
        {
            "TemplateProcessing" => new PostProcessor(ReadTemplate(element), []),
            "BertProcessing" => new PostProcessor(ReadEnds(element, doubled: false), []),
            "RobertaProcessing" => new PostProcessor(ReadEnds(element, doubled: true), ReadTrimming(element)),
            "ByteLevel" => new PostProcessor(SpecialTokens.None, ReadTrimming(element)),
            "Sequence" => element.GetProperty("processors").EnumerateArray().Select(ReadOne).Aggregate(PostProcessor.None, Then),
            var type => throw TokenizerJson.Refusal("post_processor", type, Known),
        };

    private static PostProcessor Then(PostProcessor inner, PostProcessor outer) =>
        new(
            new SpecialTokens(outer.Special.Prefix.AddRange(inner.Special.Prefix), inner.Special.Suffix.AddRange(outer.Special.Suffix))
            {
                Pair = outer.Special.Pair ?? inner.Special.Pair,
            },
            inner.TrimmingPasses.AddRange(outer.TrimmingPasses)
        );

    private static ImmutableArray<bool> ReadTrimming(JsonElement element) =>
        element.GetFlag("trim_offsets", otherwise: true) ? [element.GetFlag("add_prefix_space", otherwise: true)] : [];

    // "cls": ["[CLS]", 101], "sep": ["[SEP]", 102]
    private static SpecialTokens ReadEnds(JsonElement element, bool doubled)
    {
        var (first, last) = (CheckedId(element.GetProperty("cls")[1]), CheckedId(element.GetProperty("sep")[1]));
        return doubled ? SpecialTokens.OfRoberta(first, last) : SpecialTokens.OfBert(first, last);
    }

    private static int CheckedId(JsonElement id) => TokenList.CheckId("a special token", id.GetInt64());

    private static SpecialTokens ReadTemplate(JsonElement element)
    {
        var prefix = ImmutableArray.CreateBuilder<int>();
        var suffix = ImmutableArray.CreateBuilder<int>();
        var sequences = 0;
        foreach (var part in element.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("Sequence", out _))
            {
                sequences++;
            }
            else
            {
                (sequences == 0 ? prefix : suffix).AddRange(IdsOf(element, part.GetProperty("SpecialToken").GetProperty("id").Text()));
            }
        }

        return sequences == 1
            ? new SpecialTokens(prefix.ToImmutable(), suffix.ToImmutable()) { Pair = ReadPair(element) }
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's template for a single text holds the text {sequences} times; expected once."
            );
    }

    // A template for pairs may be empty, and is of no use then.
    private static ImmutableArray<PairPart>? ReadPair(JsonElement template)
    {
        var parts = ImmutableArray.CreateBuilder<PairPart>();
        foreach (var part in template.Has("pair", out var pair) ? [.. pair.EnumerateArray()] : Array.Empty<JsonElement>())
        {
            if (part.TryGetProperty("Sequence", out var text))
            {
                parts.Add(PairPart.Of(text.GetProperty("id").Text() == "A" ? 0 : 1, TypeOf(text)));
            }
            else
            {
                var token = part.GetProperty("SpecialToken");
                parts.AddRange(IdsOf(template, token.GetProperty("id").Text()).Select(id => PairPart.Special(id, TypeOf(token))));
            }
        }

        return parts.Count(part => part.Text == 0) == 1 && parts.Count(part => part.Text == 1) == 1 ? parts.ToImmutable() : null;
    }

    private static int TypeOf(JsonElement part) => part.GetProperty("type_id").GetInt32();

    private static IEnumerable<int> IdsOf(JsonElement template, string token) =>
        template.GetProperty("special_tokens").GetProperty(token).GetProperty("ids").EnumerateArray().Select(CheckedId);
}
