using Simile.Engine.Files;
using Simile.Ingestion.Encodings;

namespace Simile.Ingestion;

/// <summary>Reads files as text: in the encoding that a byte order mark or the file itself declares, else UTF-8, else what is
/// likely.</summary>
internal static class DocumentText
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long LargestFile = 64L << 20;

    /// <summary>A file's bytes as text, with line ends as \n.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/> when it is no text.</exception>
    public static string Decode(byte[] bytes, string path) => Decode(bytes, path, []);

    /// <summary>A file's bytes as text, with line ends as \n; what is guessed or replaced is told.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="path">The file's name; its ending says where it may declare its encoding.</param>
    /// <param name="notes">Gets a line for everything that was guessed or replaced.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/> when it is no text.</exception>
    public static string Decode(byte[] bytes, string path, ICollection<string> notes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(notes);

        // Only these end a line; U+2028, U+0085, form feeds and the like stand inside of texts.
        return TextDecoder.Decode(bytes, path, notes).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/> when it cannot be read or is too large;
    /// <see cref="ErrorCode.NotARegularFile"/>.</exception>
    public static byte[] ReadBytes(string path)
    {
        try
        {
            return RegularFile.ReadAllBytes(path, LargestFile);
        }
        catch (SimileException error) when (error.Code == ErrorCode.FileTooLarge)
        {
            throw new SimileException(
                ErrorCode.UnreadableDocument,
                $"{path} has {RegularFile.LengthOf(path) >> 20} MB, but at most {LargestFile >> 20} MB are read. Split it.",
                error
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimileException(ErrorCode.UnreadableDocument, $"{path} cannot be read: {error.Message}", error);
        }
    }
}
