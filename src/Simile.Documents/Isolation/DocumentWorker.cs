using Simile.Documents.Reading;
using Simile.Ingestion;

namespace Simile.Documents.Isolation;

/// <summary>The process that reads documents for another one: a request after the other, until there are no more.</summary>
internal static class DocumentWorker
{
    public static void Serve(Stream input, Stream output, Func<DocumentLimits, IReadOnlyList<IDocumentReader>> readers)
    {
        output.WriteByte(WorkerMessages.Ready);
        output.Flush();
        while (WorkerMessages.ReadRequest(input) is { } request)
        {
            WorkerMessages.WriteMessage(output, WorkerMessages.Answer(Read(request.Path, request.Bytes, request.Limits, readers)));
        }
    }

    private static WorkerAnswer Read(
        string path,
        byte[] bytes,
        DocumentLimits limits,
        Func<DocumentLimits, IReadOnlyList<IDocumentReader>> readers
    )
    {
        var (problems, notes) = (new List<SimileException>(), new List<string>());
        try
        {
            var reader = readers(limits).First(reader => reader.Endings.Contains(Path.GetExtension(path).ToLowerInvariant()));
            return new WorkerAnswer([.. reader.Read(path, bytes, problems, notes)], problems, notes, Error: null);
        }
        catch (Exception error)
        {
            return new WorkerAnswer([], problems, notes, CodedOf(error, path, limits));
        }
    }

    private static SimileException CodedOf(Exception error, string path, DocumentLimits limits) =>
        error switch
        {
            SimileException coded => coded,
            OutOfMemoryException => DocumentBudget.TooLarge(
                $"{path} takes more than the {limits.MaxMemory >> 20} MB of memory that a document may take. Split it, or leave it out."
            ),
            _ => DocumentReaders.Unreadable(path, error),
        };
}
