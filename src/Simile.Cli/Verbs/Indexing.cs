using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Models;
using Simile.Search;

namespace Simile.Cli.Verbs;

/// <summary>What 'index' and 'search --in' share.</summary>
internal static class Indexing
{
    public static async Task<IndexReport> RunAsync(IChunkStore store, LoadedModel model, string[] paths, ChunkerOptions options, CancellationToken cancellationToken, bool verbose = false, bool prune = false)
    {
        var builder = new IndexBuilder(store, model.Embedder, model.Texts, options) { Prune = prune };
        var report = await ProgressBar.RunAsync("Indexing", 0, show => builder.BuildAsync(paths, new Heard(show), cancellationToken));
        IndexRendering.WriteProblems(report, verbose);
        IndexRendering.WritePassedOver(report, picturesFit: model.Images is not null, verbose);
        return report;
    }

    /// <summary>What a model must embed for some paths: texts, and pictures where there are any.</summary>
    public static Modality NeedsOf(string[] paths) =>
        DocumentFinder.Walk(paths, PictureFiles.IsPicture).Files.Any(PictureFiles.IsPicture) ? Modality.Text | Modality.Image : Modality.Text;

    private sealed class Heard(Action<double, double> show) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => show(value.Done, value.Total);
    }
}
