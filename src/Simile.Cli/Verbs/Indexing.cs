using Simile.Cli.Output;
using Simile.Ingestion;
using Simile.Search;
using Simile.Text;

namespace Simile.Cli.Verbs;

/// <summary>What 'index' and 'search --in' share.</summary>
internal static class Indexing
{
    public static async Task<IndexReport> RunAsync(IChunkStore store, TextEmbedder embedder, string[] paths, ChunkerOptions options, CancellationToken cancellationToken)
    {
        var builder = new IndexBuilder(store, embedder, embedder.Tokenizer, options);
        var report = await ProgressBar.RunAsync("Indexing", 0, show => builder.BuildAsync(paths, new Heard(show), cancellationToken));
        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine($"Left out: {problem.Path}: {problem.Error.Code}: {problem.Error.Message}");
        }

        return report;
    }

    private sealed class Heard(Action<double, double> show) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => show(value.Done, value.Total);
    }
}
