using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Simile.Ingestion.Encodings;

/// <summary>Makes text of a file's bytes. A byte that fits no character becomes U+FFFD; it never costs the file.</summary>
internal static partial class TextDecoder
{
    private const char Replacement = '\uFFFD';
    private static readonly UTF8Encoding Utf8Text = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The text.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/> when the bytes are no text.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string path, ICollection<string> notes)
    {
        if (ByteOrderMark.Of(bytes) is { } mark)
        {
            return Text(mark.Encoding, bytes[mark.Length..], notes);
        }

        if (WideText.EncodingOf(bytes) is { } wide)
        {
            notes.Add($"It has no byte order mark; it was read as {wide.WebName.ToUpperInvariant()}.");
            return Text(wide, bytes, notes);
        }

        if (BinaryFile.KindOf(bytes) is { } kind)
        {
            throw new SimileException(ErrorCode.UnreadableDocument, $"{path} is {kind}, no text. Leave it out, or save it as text.");
        }

        return Unmarked(bytes, path, notes);
    }

    private static string Unmarked(ReadOnlySpan<byte> bytes, string path, ICollection<string> notes)
    {
        var (isValid, isAscii) = (Utf8.IsValid(bytes), Ascii.IsValid(bytes));
        var declared = DeclaredEncoding.Of(bytes, path, notes);

        // Text that is sound UTF-8 with letters of more than one byte is hardly anything else, whatever it declares.
        if (declared is not null && (isAscii || !isValid))
        {
            return Text(declared, bytes, notes);
        }

        if (isValid || !IsLikelyWindows1252(bytes))
        {
            return Text(Utf8Text, bytes, notes);
        }

        notes.Add("It is no UTF-8 and declares no encoding; it was read as Windows-1252.");
        return Text(DeclaredEncoding.Windows1252, bytes, notes);
    }

    // Sound characters of several bytes speak for UTF-8 with a stray byte; bytes that Windows-1252 lacks, or that no language in it uses,
    // speak against that.
    private static bool IsLikelyWindows1252(ReadOnlySpan<byte> bytes)
    {
        var (sound, stray) = (0, 0);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (status != System.Buffers.OperationStatus.Done)
            {
                stray++;
                if (bytes[0] is 0x81 or 0x8D or 0x8F or 0x90 or 0x9D or 0xFE or 0xFF)
                {
                    return false;
                }
            }
            else if (!rune.IsAscii)
            {
                sound++;
            }

            bytes = bytes[length..];
        }

        return stray > sound;
    }

    private static string Text(Encoding encoding, ReadOnlySpan<byte> bytes, ICollection<string> notes)
    {
        string text;
        try
        {
            text = With(encoding, DecoderFallback.ExceptionFallback).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            text = With(encoding, new DecoderReplacementFallback(Replacement.ToString())).GetString(bytes);
            var count = text.AsSpan().Count(Replacement);
            notes.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Places(count)} no valid {encoding.WebName.ToUpperInvariant()}; U+FFFD stands there."
                )
            );
        }

        return WithoutZeros(text, notes);
    }

    private static Encoding With(Encoding encoding, DecoderFallback fallback)
    {
        var own = (Encoding)encoding.Clone();
        own.DecoderFallback = fallback;
        return own;
    }

    // A log that was cut while it was written begins with a run of zeros.
    private static string WithoutZeros(string text, ICollection<string> notes)
    {
        if (!text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Places(ZeroRuns().Count(text))} zero bytes; U+FFFD stands there."));
        return ZeroRuns().Replace(text, Replacement.ToString());
    }

    private static string Places(int count) =>
        count == 1 ? "1 place holds" : string.Create(CultureInfo.InvariantCulture, $"{count} places hold");

    [GeneratedRegex("\0+", RegexOptions.NonBacktracking)]
    private static partial Regex ZeroRuns();
}
