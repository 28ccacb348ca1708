using System.Globalization;
using System.Runtime.InteropServices;
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

/// <summary>The mark at the head of a file that says how it is encoded.</summary>
/// <param name="Encoding">The encoding.</param>
/// <param name="Length">Bytes of the mark.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ByteOrderMark(Encoding Encoding, int Length)
{
    /// <summary>The mark of a file, or null.</summary>
    public static ByteOrderMark? Of(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [0xFF, 0xFE, 0, 0, ..] => new(new UTF32Encoding(bigEndian: false, byteOrderMark: false), 4),
            [0, 0, 0xFE, 0xFF, ..] => new(new UTF32Encoding(bigEndian: true, byteOrderMark: false), 4),
            [0xFF, 0xFE, ..] => new(new UnicodeEncoding(bigEndian: false, byteOrderMark: false), 2),
            [0xFE, 0xFF, ..] => new(new UnicodeEncoding(bigEndian: true, byteOrderMark: false), 2),
            [0xEF, 0xBB, 0xBF, ..] => new(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 3),
            _ => null,
        };
}

/// <summary>Recognizes files that are no text, whatever their names say.</summary>
internal static class BinaryFile
{
    // A text may hold a stray zero byte; every eighth byte or so of a binary file is a control code.
    private const double MaxControls = 0.02;

    private static readonly (byte[] Head, string Kind, string Ending)[] Heads =
    [
        ("%PDF-"u8.ToArray(), "a PDF document", ".pdf"),
        ([0x50, 0x4B, 3, 4], "an archive (.zip, .docx, .epub …)", ".zip"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Office document", ".doc"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture", ".jpg"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG picture", ".png"),
        ("GIF8"u8.ToArray(), "a GIF picture", ".gif"),
        ([0x1F, 0x8B, 8], "a gzip file", ".gz"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program", ".bin"),
        ("SQLite format 3\0"u8.ToArray(), "an SQLite database", ".db"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive", ".7z"),
        ("Rar!"u8.ToArray(), "a RAR archive", ".rar"),
    ];

    /// <summary>What a file begins as, with its article and the usual ending; null where it begins as nothing that is known.</summary>
    public static (string What, string Ending)? HeadOf(ReadOnlySpan<byte> bytes)
    {
        foreach (var (head, kind, ending) in Heads)
        {
            if (bytes.StartsWith(head))
            {
                return (kind, ending);
            }
        }

        return null;
    }

    /// <summary>What a file is, with its article; null when it may be text.</summary>
    public static string? KindOf(ReadOnlySpan<byte> bytes)
    {
        if (HeadOf(bytes) is { } head)
        {
            return head.What;
        }

        return bytes.Contains((byte)0) && ControlsOf(bytes) > MaxControls * bytes.Length ? "a binary file (zero bytes)" : null;
    }

    // A run of zeros counts once.
    private static int ControlsOf(ReadOnlySpan<byte> bytes)
    {
        var (count, before) = (0, (byte)' ');
        foreach (var value in bytes)
        {
            count += value is < 9 or (> 13 and < 32 and not 27) && (value != 0 || before != 0) ? 1 : 0;
            before = value;
        }

        return count;
    }
}

/// <summary>Recognizes UTF-16 that has no byte order mark.</summary>
internal static class WideText
{
    private const int SampleBytes = 1 << 16;
    private const double MinReadable = 0.98;

    /// <summary>UTF-16 of the likelier byte order, or null when the bytes are something else.</summary>
    public static Encoding? EncodingOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 2 != 0 || !bytes.Contains((byte)0))
        {
            return null;
        }

        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        var (little, big) = (
            new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
            new UnicodeEncoding(bigEndian: true, byteOrderMark: false)
        );
        var (asLittle, asBig) = (CommonOf(little.GetString(sample)), CommonOf(big.GetString(sample)));
        return asLittle < 0 && asBig < 0 ? null
            : asLittle >= asBig ? little
            : big;
    }

    // How many characters every text has: letters and spaces of ASCII, line ends. Less than none where it cannot be read as text.
    private static int CommonOf(string text)
    {
        var (common, readable) = (0, 0);
        for (var at = 0; at < text.Length; at++)
        {
            var kind = CharUnicodeInfo.GetUnicodeCategory(text, at);
            var isSpace = text[at] is '\n' or '\r' or '\t';
            common += isSpace || text[at] is (>= ' ' and <= '~') ? 1 : 0;
            readable +=
                isSpace
                || kind
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.Surrogate
                    )
                    ? 1
                    : 0;
        }

        return common > 0 && readable >= MinReadable * text.Length && !text.Contains('\uFFFD', StringComparison.Ordinal) ? common : -1;
    }
}
