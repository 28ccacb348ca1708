namespace Simile.Ingestion;

/// <summary>Kinds of files that are not read, and what to save one as.</summary>
internal static class ForeignKinds
{
    private static readonly Dictionary<string, (string What, string Instead)> Kinds = Table(
        ".heic .heif|HEIC|save it as JPEG",
        ".avif|AVIF|save it as JPEG or WebP",
        ".tif .tiff|TIFF|save it as PNG or JPEG",
        ".ico .psd .xcf .cr2 .nef .arw .dng|This kind of picture|save it as JPEG or PNG",
        ".doc .dot|Word's old format|save it as .docx",
        ".xls .xlt .xlsb|Excel's old or binary format|save it as .xlsx",
        ".ppt .pps|PowerPoint's old format|save it as .pptx",
        ".rtf|RTF|save it as .docx or .odt",
        ".msg .pst .ost|Outlook's format|save it as .eml or .mbox",
        ".pages .numbers|Apple's format|export it as PDF, or as .docx, .xlsx or .pptx",
        ".mobi .azw .azw3 .kfx|Kindle's format|convert it to .epub",
        ".djvu .xps|This kind of document|convert it to PDF",
        ".zip .7z .rar .tar .gz .tgz .bz2 .xz .zst|An archive|unpack it, and index its folder",
        ".mp3 .wav .flac .ogg .opus .m4a .aac .wma|Sound|transcribe it to text",
        ".mp4 .mov .avi .mkv .webm .wmv .m4v|Film|save its subtitles as text",
        ".exe .dll .so .dylib .bin .class .jar .wasm .o .pyc|A program|leave it out",
        ".db .sqlite .sqlite3 .mdb .accdb|A database|export its tables as .csv",
        ".parquet .arrow .feather .npy .npz .safetensors .onnx .pkl|A file of numbers|leave it out, or export texts as .jsonl",
        ".ttf .otf .woff .woff2|A font|leave it out"
    );

    private static readonly string[] Texts = [".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".eml", ".mbox"];

    /// <summary>Throws for a kind of file that is known not to be read.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnknownDocumentKind"/>.</exception>
    public static void Refuse(string path)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();
        if (Kinds.TryGetValue(ending, out var kind))
        {
            throw new SimileException(
                ErrorCode.UnknownDocumentKind,
                $"{path} is not read: {kind.What} ({ending}) is no kind that Simile reads; {kind.Instead}."
            );
        }

        if (Texts.Contains(ending, StringComparer.Ordinal))
        {
            throw new SimileException(
                ErrorCode.UnknownDocumentKind,
                $"{path} is not read: no reader for {ending} was given. Give those of Simile.Documents, or save it as text."
            );
        }
    }

    /// <summary>Throws for a document whose bytes are of another kind than its name says.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnknownDocumentKind"/>.</exception>
    public static void RequireSameKind(string path, ReadOnlySpan<byte> bytes)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();

        // Office and books are packed as archives are; of an old or encrypted Office file its reader tells more.
        if (
            Encodings.BinaryFile.HeadOf(bytes) is not { } kind
            || kind.Ending == ending
            || (ending != ".pdf" && kind.Ending is ".zip" or ".doc")
        )
        {
            return;
        }

        throw new SimileException(
            ErrorCode.UnknownDocumentKind,
            $"{path} is named as {ending}, but is {kind.What}. Give it the ending of its kind, or leave it out."
        );
    }

    private static Dictionary<string, (string What, string Instead)> Table(params string[] rows) =>
        rows.Select(row => row.Split('|'))
            .SelectMany(row => row[0].Split(' ').Select(ending => (ending, (row[1], row[2]))))
            .ToDictionary(StringComparer.Ordinal);
}
