using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Pipelines.Bulk;
using Simile.Vectors;

namespace Simile.Cli.Verbs;

/// <summary>'embed @FILE --lines --output FILE': a stream of lines of any length, continued where an earlier run was stopped.</summary>
internal static class BulkEmbed
{
    public static async Task<int> RunAsync(SimileHost host, IEmbedder<string> texts, string input, string output, EmbedOptions options, bool restart, CancellationToken cancellationToken)
    {
        var bulk = new BulkEmbedding(texts, new BulkOptions { Embed = options });
        using var file = host.OpenBulkOutput(bulk, input, output, restart);
        if (file.Position.Rows > 0)
        {
            Console.Error.WriteLine($"Continuing an unfinished run: {file.Position.Rows} lines are done. (--restart begins anew.)");
        }

        var report = await ProgressBar.RunAsync("Embedding", 0, tell => bulk.RunAsync(input, file, new Listener(tell), cancellationToken), bytes: true);
        Console.Error.WriteLine($"{report.Rows} vectors of {bulk.Dimensions} values in {output}" + (report.Failed > 0 ? $", {report.Failed} without a vector{Listed(output)}" : string.Empty));
        return report.Failed > 0 ? 1 : 0;
    }

    private static string Listed(string output) => File.Exists(output + ".errors.jsonl") ? $" (see {output}.errors.jsonl)" : string.Empty;

    private sealed class Listener(Action<double, double> tell) : IProgress<BulkReport>
    {
        public void Report(BulkReport value) => tell(value.Bytes, value.InputBytes);
    }
}
