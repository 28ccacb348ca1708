using System.Text;

namespace Simile.Ingestion;

/// <summary>Reads files as text: UTF-8, or what a byte order mark says (UTF-8, UTF-16).</summary>
public static class DocumentText
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long LargestFile = 64L << 20;

    /// <summary>A file's bytes as text, with line ends as \n.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/>.</exception>
    public static string Decode(byte[] bytes, string path)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            var text = Decode(bytes);
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new SimileException(ErrorCode.UnreadableDocument, $"{path} holds zero bytes: it is no text. Leave it out.")
                : text.ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException error)
        {
            throw new SimileException(ErrorCode.UnreadableDocument, $"{path} is no valid UTF-8 (byte {error.Index}). Convert it to UTF-8, or leave it out.", error);
        }
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/> when it cannot be read or is too large.</exception>
    public static byte[] ReadBytes(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= LargestFile
                ? File.ReadAllBytes(path)
                : throw new SimileException(ErrorCode.UnreadableDocument, $"{path} has {length >> 20} MB, but at most {LargestFile >> 20} MB are read. Split it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimileException(ErrorCode.UnreadableDocument, $"{path} cannot be read: {error.Message}", error);
        }
    }

    private static string Decode(byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..])
        {
            return new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes, 2, bytes.Length - 2);
        }

        if (bytes is [0xFE, 0xFF, ..])
        {
            return new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes, 2, bytes.Length - 2);
        }

        var skip = bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes, skip, bytes.Length - skip);
    }
}
