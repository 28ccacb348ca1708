using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Models;
using Simile.Search;

namespace Simile.Cli.Verbs;

/// <summary>How files are indexed.</summary>
/// <param name="Files">Which are taken.</param>
/// <param name="Chunks">How they are cut.</param>
/// <param name="Verbose">Whether every path is listed.</param>
/// <param name="Prune">Whether documents are taken out even where everything under a path is gone.</param>
internal sealed record IndexingOptions(FileChoice Files, ChunkerOptions Chunks, bool Verbose, bool Prune = true);

/// <summary>What 'index' and 'search --in' share.</summary>
internal static class Indexing
{
    /// <summary>Brings a store up to date and says what is to be said. One that is made of files for one search shows nothing that is gone
    /// from them: it is pruned unless told otherwise.</summary>
    public static async Task<IndexReport> RunAsync(
        IChunkStore store,
        EmbeddingModel model,
        string[] paths,
        IndexingOptions options,
        CancellationToken cancellationToken
    )
    {
        var builder = new IndexBuilder(store, model.Embedder, options.Chunks)
        {
            Prune = options.Prune,
            Readers = IndexedKinds.Readers,
            Include = options.Files.Include,
            Exclude = options.Files.Exclude,
            TakesHidden = options.Files.TakesHidden,
            FollowsGitignore = options.Files.FollowsGitignore,
        };
        var report = await ProgressBar.RunAsync("Indexing", 0, show => builder.BuildAsync(paths, new Heard(show), cancellationToken));
        IndexRendering.WriteProblems(report, options.Verbose);
        IndexRendering.WritePassedOver(report, picturesFit: model.Images is not null, options.Verbose);
        return report;
    }

    /// <summary>What a model must embed for some paths: texts, and pictures where there are any.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="mustExist">Whether a path that does not exist is an error; an index may hold documents of one that is gone.</param>
    /// <param name="choice">Which files of them are taken.</param>
    public static Modality NeedsOf(string[] paths, bool mustExist = true, FileChoice? choice = null)
    {
        var found = DocumentFinder.Walk(paths, PictureFiles.IsPicture, choice);
        if (mustExist && found.Missing.Count > 0)
        {
            throw DocumentFinder.Missing(found.Missing[0]);
        }

        return found.Files.Any(PictureFiles.IsPicture) ? Modality.Text | Modality.Image : Modality.Text;
    }

    private sealed class Heard(Action<double, double> show) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => show(value.Done, value.Total);
    }
}
