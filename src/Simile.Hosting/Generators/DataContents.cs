using System.Text;
using Microsoft.Extensions.AI;
using Simile.Images;
using Simile.Multimodal;

namespace Simile.Hosting.Generators;

/// <summary>Data with a media type as texts and pictures.</summary>
internal static class DataContents
{
    // Stands for bytes that are no UTF-8, so that the embedder refuses this input as invalid and no other.
    private const string NoText = "\uD800";
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A text for <c>text/…</c>, a picture for everything else; null for null, which an embedder answers with a failed
    /// row.</summary>
    public static Content ToContent(DataContent? data) =>
        data is null ? null!
        : data.HasTopLevelMediaType("text") ? Content.Of(Decode(data.Data.Span))
        : Content.Of(ImageInput.FromBytes(data.Data, data.Name ?? data.MediaType));

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return NoText;
        }
    }
}
