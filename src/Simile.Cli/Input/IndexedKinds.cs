using Simile.Documents;
using Simile.Ingestion;

namespace Simile.Cli.Input;

/// <summary>What reads documents for the command line: all formats, those of foreign libraries in processes of their own.</summary>
internal static class IndexedKinds
{
    /// <summary>What a process is started with that reads documents.</summary>
    public const string Argument = "::read-documents";

    private static readonly Lazy<IReadOnlyList<IDocumentReader>> All = new(Create);

    /// <summary>The readers. Nothing is started and no library is loaded before a document needs it.</summary>
    public static IReadOnlyList<IDocumentReader> Readers => All.Value;

    /// <summary>Reads documents for the process that started this one. Kept apart, so that no other start loads the library.</summary>
    public static void Serve() => DocumentFormats.Serve();

    // The program is 'simile' itself, or dotnet with its assembly.
    private static IReadOnlyList<IDocumentReader> Create()
    {
        var program = Environment.ProcessPath ?? "simile";
        var isDotnet = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return DocumentFormats.IsolatedReaders(
            program,
            isDotnet ? [Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll"), Argument] : [Argument]
        );
    }
}
