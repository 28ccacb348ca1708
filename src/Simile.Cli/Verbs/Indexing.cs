using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Models;
using Simile.Search;

namespace Simile.Cli.Verbs;

/// <summary>What 'index' and 'search --in' share.</summary>
internal static class Indexing
{
    public static async Task<IndexReport> RunAsync(IChunkStore store, LoadedModel model, string[] paths, ChunkerOptions options, CancellationToken cancellationToken)
    {
        var builder = new IndexBuilder(store, model.Embedder, model.Texts?.Tokenizer, options);
        var report = await ProgressBar.RunAsync("Indexing", 0, show => builder.BuildAsync(paths, new Heard(show), cancellationToken));
        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine($"Left out: {problem.Path}: {problem.Error.Code}: {problem.Error.Message}");
        }

        if (model.Images is null && PicturesUnder(paths) is > 0 and var pictures)
        {
            Console.Error.WriteLine($"Note: {pictures} pictures are left out, because no image model shares the space of this one ('simile models list'; --image-model).");
        }

        return report;
    }

    /// <summary>What a model must embed for some paths: texts, and pictures where there are any.</summary>
    public static Modality NeedsOf(string[] paths) => PicturesUnder(paths) > 0 ? Modality.Text | Modality.Image : Modality.Text;

    private static int PicturesUnder(string[] paths) => DocumentFinder.Find(paths, PictureFiles.IsPicture).Count(PictureFiles.IsPicture);

    private sealed class Heard(Action<double, double> show) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => show(value.Done, value.Total);
    }
}
