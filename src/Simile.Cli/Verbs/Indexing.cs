using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Models;
using Simile.Search;

namespace Simile.Cli.Verbs;

/// <summary>What 'index' and 'search --in' share.</summary>
internal static class Indexing
{
    /// <summary>Brings a store up to date and says what is to be said. One that is made of files for one search shows nothing that is gone
    /// from them: it is pruned unless told otherwise.</summary>
    public static async Task<IndexReport> RunAsync(
        IChunkStore store,
        EmbeddingModel model,
        string[] paths,
        ChunkerOptions options,
        CancellationToken cancellationToken,
        bool verbose = false,
        bool prune = true
    )
    {
        var builder = new IndexBuilder(store, model.Embedder, options) { Prune = prune, Readers = IndexedKinds.Readers };
        var report = await ProgressBar.RunAsync("Indexing", 0, show => builder.BuildAsync(paths, new Heard(show), cancellationToken));
        IndexRendering.WriteProblems(report, verbose);
        IndexRendering.WritePassedOver(report, picturesFit: model.Images is not null, verbose);
        return report;
    }

    /// <summary>What a model must embed for some paths: texts, and pictures where there are any.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="mustExist">Whether a path that does not exist is an error; an index may hold documents of one that is gone.</param>
    public static Modality NeedsOf(string[] paths, bool mustExist = true)
    {
        var files = mustExist
            ? DocumentFinder.Find(paths, PictureFiles.IsPicture)
            : DocumentFinder.Walk(paths, PictureFiles.IsPicture).Files;
        return files.Any(PictureFiles.IsPicture) ? Modality.Text | Modality.Image : Modality.Text;
    }

    private sealed class Heard(Action<double, double> show) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => show(value.Done, value.Total);
    }
}
