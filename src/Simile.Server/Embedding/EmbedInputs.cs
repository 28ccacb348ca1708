using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Simile.Server.Limits;

namespace Simile.Server.Embedding;

/// <summary>What a request wants to have embedded, in whatever form its dialect gave it.</summary>
[JsonConverter(typeof(EmbedInputsConverter))]
internal sealed class EmbedInputs
{
    private readonly List<EmbedInput> _items = [];

    /// <summary>The inputs in their order.</summary>
    public IReadOnlyList<EmbedInput> Items => _items;

    /// <summary>Whether the request gave one input that was no list.</summary>
    public bool IsSingle { get; init; }

    public void Add(EmbedInput item) => _items.Add(item);

    /// <summary>The same with every text taken for a picture in base64.</summary>
    public EmbedInputs AsPictures()
    {
        var pictures = new EmbedInputs { IsSingle = IsSingle };
        pictures._items.AddRange(_items.Select(item => item.Text is { } text ? PictureText.Read(text) : item));
        return pictures;
    }

    /// <summary>All inputs as the parts of one.</summary>
    public EmbedInputs AsOne()
    {
        var one = new EmbedInputs { IsSingle = true };
        one.Add(_items.Aggregate(new EmbedInput(), (whole, part) => whole.With(part)));
        return one;
    }

    public static EmbedInputs Of(IEnumerable<string?> texts)
    {
        var inputs = new EmbedInputs();
        inputs._items.AddRange(texts.Select(text => text is null ? EmbedInput.Null : new EmbedInput { Text = text }));
        return inputs;
    }
}

/// <summary>One input: a text, token ids, a picture, or a text with a picture; or why it is none of them.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EmbedInput
{
    /// <summary>An input that is null.</summary>
    public static EmbedInput Null => new() { Error = new SimileException(ErrorCode.NullInput, "The input is null. Leave it out.") };

    public string? Text { get; init; }

    public int[]? Ids { get; init; }

    public ImageInput? Image { get; init; }

    public SimileException? Error { get; init; }

    /// <summary>This input with a further part: texts are joined, and one may stand beside one picture.</summary>
    public EmbedInput With(EmbedInput part) =>
        Error is not null ? this
        : part.Error is not null ? part
        : part.Ids is not null || Ids is not null || (part.Image is not null && Image is not null)
            ? new EmbedInput
            {
                Error = new SimileException(
                    ErrorCode.BadRequestBody,
                    "An input of several parts may have texts and one picture. Send other parts as inputs of their own."
                ),
            }
        : new EmbedInput
        {
            Text = Text is null || part.Text is null ? Text ?? part.Text : $"{Text}\n{part.Text}",
            Image = Image ?? part.Image,
        };
}

/// <summary>Reads <c>"text"</c>, <c>["text", …]</c>, <c>[1, 2, …]</c> (the token ids of one text), <c>[[1, 2, …], …]</c> and
/// objects. A bad element is that input's error, not the list's.</summary>
internal sealed class EmbedInputsConverter : JsonConverter<EmbedInputs>
{
    public override EmbedInputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            var single = new EmbedInputs { IsSingle = true };
            single.Add(ReadOne(ref reader));
            return single;
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            var single = new EmbedInputs { IsSingle = true };
            single.Add(new EmbedInput { Ids = ReadIds(ref reader) });
            return single;
        }

        var inputs = new EmbedInputs();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            inputs.Add(ReadOne(ref reader));
        }

        return inputs;
    }

    public override void Write(Utf8JsonWriter writer, EmbedInputs value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Inputs are read only.");

    public static EmbedInput ReadOne(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return ReadText(ref reader);
            case JsonTokenType.StartObject:
                return PictureText.ReadObject(ref reader);
            case JsonTokenType.StartArray:
                reader.Read();
                return reader.TokenType == JsonTokenType.StartObject ? ReadParts(ref reader) : new EmbedInput { Ids = ReadIds(ref reader) };
            case JsonTokenType.Null:
                return EmbedInput.Null;
            default:
                throw Wrong($"An input is {NameOf(reader.TokenType)}");
        }
    }

    /// <summary>Reads the parts of one input, from the first on.</summary>
    public static EmbedInput ReadParts(ref Utf8JsonReader reader)
    {
        var whole = new EmbedInput();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            whole = whole.With(ReadOne(ref reader));
        }

        return whole;
    }

    // JSON can hold half a surrogate pair, as no text can.
    public static EmbedInput ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return new EmbedInput { Text = reader.GetString() };
        }
        catch (InvalidOperationException)
        {
            const string message =
                "The text is no valid Unicode: it has bytes that are no UTF-8, or half of a surrogate pair stands alone.";
            return new EmbedInput { Error = new SimileException(ErrorCode.InvalidUnicode, message) };
        }
    }

    private static int[] ReadIds(ref Utf8JsonReader reader)
    {
        var ids = new List<int>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id))
            {
                throw Wrong(
                    $"A list of token ids holds "
                        + $"{(reader.TokenType == JsonTokenType.Number ? "a number that is no id" : NameOf(reader.TokenType))}"
                );
            }

            ids.Add(id);
        }

        return [.. ids];
    }

    private static RefusalException Wrong(string what) =>
        new(
            new Refusal(
                RefusalKind.Malformed,
                ErrorCode.BadRequestBody,
                what
                    + "; expected is a text, a list of texts, the token ids of a text, a list of such ids, or an object with a text or "
                    + "a picture."
            )
            {
                Field = "input",
            }
        );

    internal static string NameOf(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "true or false",
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a text",
            _ => "nothing",
        };
}
