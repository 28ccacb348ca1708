using Simile.Ingestion;

namespace Simile.Documents.Tests;

/// <summary>Reads files as an index does.</summary>
internal static class Reading
{
    /// <summary>Limits that a slow machine never reaches by its slowness.</summary>
    public static DocumentLimits Patient { get; } = new() { MaxTime = TimeSpan.FromMinutes(30) };

    private static ReaderSet Readers { get; } = new(DocumentFormats.Readers(Patient));

    public static byte[] File(string name) =>
        System.IO.File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Documents.Tests", "Files", name));

    public static DocumentContents Of(string name) => Readers.Read(name, File(name));

    public static DocumentContents Of(string name, byte[] bytes, DocumentLimits? limits = null) =>
        (limits is null ? Readers : new ReaderSet(DocumentFormats.Readers(limits))).Read(name, bytes);

    /// <summary>Blocks as "[place] heading: text".</summary>
    public static IEnumerable<string> Lines(this DocumentContents contents) =>
        contents.Blocks.Select(block =>
            $"[{(block.Place.Length > 0 ? block.Place : $"{block.StartLine}-{block.EndLine ?? block.StartLine}")}] {block.Heading}: "
            + $"{block.Text.Replace("\n", "/", StringComparison.Ordinal)}"
        );
}
