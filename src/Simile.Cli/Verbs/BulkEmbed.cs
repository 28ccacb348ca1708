using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Pipelines.Bulk;
using Simile.Vectors;
using Simile.Vectors.Files;

namespace Simile.Cli.Verbs;

/// <summary>'embed @FILE --lines --output FILE': a stream of lines of any length, continued where an earlier run was stopped.</summary>
internal static class BulkEmbed
{
    public static async Task<int> RunAsync(
        SimileHost host,
        IEmbedder<string> texts,
        string input,
        string output,
        EmbedOptions options,
        bool restart,
        CancellationToken cancellationToken
    )
    {
        var bulk = new BulkEmbedding(texts, new BulkOptions { Embed = options });
        var failed = new FailedRows();
        using var file = new Told(host.OpenBulkOutput(bulk, input, output, restart), input, failed);
        if (file.Position.Rows > 0)
        {
            Console.Error.WriteLine(
                $"Continuing an unfinished run: {Plural.Of(file.Position.Rows, "line")} {(file.Position.Rows == 1 ? "is" : "are")} "
                    + "done. (--restart begins anew.)"
            );
        }

        var report = await ProgressBar.RunAsync(
            "Embedding",
            0,
            tell => bulk.RunAsync(input, file, new Listener(tell), cancellationToken),
            bytes: true
        );
        Console.Error.WriteLine(
            $"{Plural.Of(report.Rows, "vector")} of {Plural.Of(bulk.Dimensions, "value")} in {SafeText.Line(output)}"
                + (report.Failed > 0 ? $", {report.Failed} without a vector{Listed(output)}" : string.Empty)
        );
        failed.Tell();
        return report.Failed > 0 ? 1 : 0;
    }

    private static string Listed(string output) => File.Exists(output + ".errors.jsonl") ? $" (see {output}.errors.jsonl)" : string.Empty;

    /// <summary>The output, whose failed rows are told by the lines of the input.</summary>
    private sealed class Told(IBulkOutput inner, string input, FailedRows failed) : IBulkOutput
    {
        public BulkPosition Position => inner.Position;

        public void Append(IReadOnlyList<VectorRow> rows, BulkPosition after)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Error is { } error)
                {
                    failed.Add($"{input} line {Position.Rows + i + 1}", error);
                }
            }

            inner.Append(rows, after);
        }

        public void Commit() => inner.Commit();

        public void Complete() => inner.Complete();

        public void Dispose() => inner.Dispose();
    }

    private sealed class Listener(Action<double, double> tell) : IProgress<BulkReport>
    {
        public void Report(BulkReport value) => tell(value.Bytes, value.InputBytes);
    }
}
