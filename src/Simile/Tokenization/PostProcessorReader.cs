using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Tokenization;

/// <summary>Reads the part of a tokenizer.json that puts special tokens around a text.</summary>
internal static class PostProcessorReader
{
    /// <summary>The special tokens around a single text.</summary>
    /// <param name="root">The whole tokenizer.json.</param>
    public static SpecialTokens Read(JsonElement root) =>
        root.TryGetProperty("post_processor", out var element) && element.ValueKind != JsonValueKind.Null ? ReadOne(element) : SpecialTokens.None;

    private static SpecialTokens ReadOne(JsonElement element) => element.GetProperty("type").GetString() switch
    {
        "TemplateProcessing" => ReadTemplate(element),
        "BertProcessing" or "RobertaProcessing" => new SpecialTokens([ReadPair(element, "cls")], [ReadPair(element, "sep")]),
        "ByteLevel" => SpecialTokens.None,
        "Sequence" => element.GetProperty("processors").EnumerateArray().Select(ReadOne).Aggregate(SpecialTokens.None, Around),
        var type => throw new SimileException(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer's post_processor is of type {type}; expected TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel or a Sequence of them."),
    };

    private static SpecialTokens Around(SpecialTokens inner, SpecialTokens outer) =>
        new(outer.Prefix.AddRange(inner.Prefix), inner.Suffix.AddRange(outer.Suffix));

    // ["[CLS]", 101]
    private static int ReadPair(JsonElement element, string name) => element.GetProperty(name)[1].GetInt32();

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
                (sequences == 0 ? prefix : suffix).AddRange(IdsOf(element, part.GetProperty("SpecialToken").GetProperty("id").GetString()!));
            }
        }

        return sequences == 1
            ? new SpecialTokens(prefix.ToImmutable(), suffix.ToImmutable())
            : throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The tokenizer's template for a single text holds the text {sequences} times; expected once.");
    }

    private static IEnumerable<int> IdsOf(JsonElement template, string token) =>
        template.GetProperty("special_tokens").GetProperty(token).GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
}
