namespace Simile.Ingestion.Encodings;

/// <summary>Recognizes files that are no text, whatever their names say.</summary>
internal static class BinaryFile
{
    // A text may hold a stray zero byte; every eighth byte or so of a binary file is a control code.
    private const double MaxControls = 0.02;

    private static readonly (byte[] Head, string Kind)[] Heads =
    [
        ("%PDF-"u8.ToArray(), "a PDF document"),
        ([0x50, 0x4B, 3, 4], "an archive (.zip, .docx, .epub …)"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Office document"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG picture"),
        ("GIF8"u8.ToArray(), "a GIF picture"),
        ([0x1F, 0x8B, 8], "a gzip file"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        ("SQLite format 3\0"u8.ToArray(), "an SQLite database"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
        ("Rar!"u8.ToArray(), "a RAR archive"),
    ];

    /// <summary>What a file is, with its article; null when it may be text.</summary>
    public static string? KindOf(ReadOnlySpan<byte> bytes)
    {
        foreach (var (head, kind) in Heads)
        {
            if (bytes.StartsWith(head))
            {
                return kind;
            }
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
