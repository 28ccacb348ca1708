using System.Text.Json;

namespace Simile.Server.Embedding;

/// <summary>Pictures as clients send them: base64, a data URI, and the objects that makers put around them. Nothing is fetched.</summary>
internal static class PictureText
{
    private const string Data = "data:";
    private const string Base64 = ";base64,";
    private const int LongestScheme = 8;

    /// <summary>The picture of a text.</summary>
    public static EmbedInput Read(string text)
    {
        if (text.AsSpan(0, Math.Min(text.Length, LongestScheme)).Contains("://", StringComparison.Ordinal))
        {
            return Bad("The picture is at an address, and this server fetches nothing. Send its bytes, as base64 or as a data URI.");
        }

        var start = 0;
        if (text.StartsWith(Data, StringComparison.OrdinalIgnoreCase))
        {
            var at = text.IndexOf(Base64, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return Bad("The data URI of a picture is not in base64. Expected is data:image/png;base64,…");
            }

            start = at + Base64.Length;
        }

        var encoded = text.AsSpan(start);
        var bytes = new byte[(encoded.Length / 4 * 3) + 3];
        return Convert.TryFromBase64Chars(encoded, bytes, out var length) && length > 0
            ? new EmbedInput { Image = ImageInput.FromBytes(bytes.AsMemory(0, length)) }
            : Bad("The picture is no base64, or empty. Send the bytes of its file, as base64 or as a data URI.");
    }

    /// <summary>Reads an object with a text, a picture, or a list of such parts.</summary>
    public static EmbedInput ReadObject(ref Utf8JsonReader reader)
    {
        var (whole, isAny) = (new EmbedInput(), false);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString();
            reader.Read();
            if (Part(name, ref reader) is { } part)
            {
                (whole, isAny) = (whole.With(part), true);
            }
        }

        return isAny ? whole : Bad("The input is an object without a text and without a picture.");
    }

    private static EmbedInput? Part(string? name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "text":
            case "content":
                return reader.TokenType == JsonTokenType.StartArray ? ReadParts(ref reader) : EmbedInputsConverter.ReadOne(ref reader);
            case "image":
            case "image_base64":
            case "image_url":
            case "url":
            case "bytes":
                return ReadPicture(ref reader);
            default:
                reader.Skip();
                return null;
        }
    }

    private static EmbedInput ReadParts(ref Utf8JsonReader reader)
    {
        reader.Read();
        return EmbedInputsConverter.ReadParts(ref reader);
    }

    // image_url is a text with some makers, and an object with a url with others.
    private static EmbedInput ReadPicture(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return ReadObject(ref reader);
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return Bad("The picture is no text. Send the bytes of its file, as base64 or as a data URI.");
        }

        var text = EmbedInputsConverter.ReadText(ref reader);
        return text.Text is { } encoded ? Read(encoded) : text;
    }

    private static EmbedInput Bad(string message) => new() { Error = new SimileException(ErrorCode.BadRequestBody, message) };
}
