using Spectre.Console;

namespace Simile.Cli.Output;

/// <summary>A bar on standard error with rate and time left; nothing where standard error is no terminal.</summary>
internal static class ProgressBar
{
    /// <summary>Runs work that reports how much of <paramref name="total"/> is done; a total of 0 means that nobody knows it yet.</summary>
    public static async Task<T> RunAsync<T>(string title, double total, Func<Action<double, double>, Task<T>> work, bool bytes = false)
    {
        if (Console.IsErrorRedirected)
        {
            return await work((_, _) => { });
        }

        return await Terminal
            .ForProgress()
            .Progress()
            .AutoClear(true)
            .Columns([
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                .. bytes ? (ProgressColumn[])[new DownloadedColumn(), new TransferSpeedColumn()] : [new RateColumn()],
                new RemainingTimeColumn(),
            ])
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(SafeText.Line(title)), maxValue: Math.Max(1, total));
                bar.IsIndeterminate = total == 0;
                return await work(
                    (done, all) =>
                    {
                        bar.IsIndeterminate = all == 0;
                        bar.MaxValue = Math.Max(1, all);
                        bar.Value = done;
                    }
                );
            });
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(
            Spectre.Console.Rendering.RenderOptions options,
            ProgressTask task,
            TimeSpan deltaTime
        ) => new Spectre.Console.Text(task.Speed is { } speed ? $"{speed:N0}/s" : string.Empty);
    }
}
