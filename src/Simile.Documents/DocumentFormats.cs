using Simile.Documents.Books;
using Simile.Documents.Data;
using Simile.Documents.Isolation;
using Simile.Documents.Mail;
using Simile.Documents.Markup;
using Simile.Documents.Office;
using Simile.Documents.OpenDocument;
using Simile.Documents.Pdf;
using Simile.Documents.Reading;
using Simile.Ingestion;

namespace Simile.Documents;

/// <summary>The readers of PDF, office, book, mail, data and markup files, for <c>IndexBuilder.Readers</c> and
/// <c>SimileStoreOptions.Readers</c>.</summary>
public static class DocumentFormats
{
    /// <summary>Readers of all formats, which run in this process.</summary>
    public static IReadOnlyList<IDocumentReader> Readers() => Readers(new DocumentLimits());

    /// <summary>Readers of all formats; those that foreign libraries read (PDF, Word, slides, workbooks, mail) run in processes of their
    /// own, so that a hostile document costs its process only, whatever it does to it.</summary>
    /// <param name="program">A program that calls <see cref="Serve"/> when it is started with the arguments.</param>
    /// <param name="arguments">Its arguments.</param>
    public static IReadOnlyList<IDocumentReader> IsolatedReaders(string program, IReadOnlyList<string> arguments) =>
        IsolatedReaders(program, arguments, new DocumentLimits());

    /// <summary>Reads documents for the process that started this one, until that ends. Nothing else may use standard input and
    /// output.</summary>
    public static void Serve()
    {
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        Console.SetOut(TextWriter.Null);
        DocumentWorker.Serve(input, output, Readers);
    }

    internal static IReadOnlyList<IDocumentReader> Readers(DocumentLimits limits) => Formats(limits);

    internal static IReadOnlyList<IDocumentReader> IsolatedReaders(string program, IReadOnlyList<string> arguments, DocumentLimits limits)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(program);
        ArgumentNullException.ThrowIfNull(arguments);
        var pool = new WorkerPool(program, arguments, limits);
        return [.. Formats(limits).Select(format => format.IsForeign ? new IsolatedReader(format, pool) : (IDocumentReader)format)];
    }

    private static FormatReader[] Formats(DocumentLimits limits)
    {
        FormatReader[] formats =
        [
            new PdfReader(limits),
            new OpenDocumentReader(limits),
            new EpubReader(limits),
            new WordReader(limits),
            new SlideReader(limits),
            new WorkbookReader(limits),
            new NotebookReader(limits),
            new JsonReader(limits),
            new YamlReader(limits),
            new TomlReader(limits),
            new XmlDataReader(limits),
            new OrgReader(limits),
            new AsciiDocReader(limits),
            new RestructuredTextReader(limits),
            new SvgReader(limits),
        ];
        var byEnding = formats.SelectMany(format => format.Endings.Select(ending => (ending, format))).ToDictionary(StringComparer.Ordinal);
        var mail = new MailReader(limits, name => byEnding.GetValueOrDefault(Path.GetExtension(name).ToLowerInvariant()));
        foreach (var ending in mail.Endings)
        {
            byEnding.Add(ending, mail);
        }

        return [.. formats, mail];
    }
}
