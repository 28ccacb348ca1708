using System.Diagnostics;
using System.Text.Json;

namespace Simile.Bench;

/// <summary>What one peer took for a corpus: throughput of calls of one size, the time of single texts, and the most memory.</summary>
/// <param name="Texts">Texts of the corpus.</param>
/// <param name="Rate">Texts a second.</param>
/// <param name="P50">Half of the calls of one text took at most so long, in milliseconds.</param>
/// <param name="P99">99 in a hundred did.</param>
/// <param name="PeakMegabytes">The most memory of the process, the model included.</param>
/// <param name="Sample">The first vector, so that peers can be seen to compute the same.</param>
internal sealed record Measurement(int Texts, double Rate, double P50, double P99, double PeakMegabytes, float[] Sample)
{
    private const int SingleCalls = 200;
    private const int Shown = 4;

    /// <summary>Runs the corpus again and again until the time is over, after a first time, as <c>simile bench</c> does.</summary>
    public static async Task<Measurement> RunAsync(IPeer peer, string[] texts, int batch, TimeSpan longest)
    {
        var calls = texts.Chunk(batch).ToArray();
        var sample = (await peer.EmbedAsync(calls[0]))[0];
        var (done, clock) = (0L, Stopwatch.StartNew());
        do
        {
            foreach (var call in calls)
            {
                done += (await peer.EmbedAsync(call)).Count;
            }
        } while (clock.Elapsed < longest);

        var rate = done / clock.Elapsed.TotalSeconds;
        var singles = new List<double>();
        clock.Restart();
        for (var i = 0; i < SingleCalls && (clock.Elapsed < longest || i == 0); i++)
        {
            var start = Stopwatch.GetTimestamp();
            await peer.EmbedAsync([texts[i % texts.Length]]);
            singles.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        singles.Sort();
        using var process = Process.GetCurrentProcess();
        return new Measurement(
            texts.Length,
            rate,
            singles[singles.Count / 2],
            singles[singles.Count * 99 / 100],
            process.PeakWorkingSet64 / 1e6,
            sample
        );
    }

    /// <summary>One line of the results.</summary>
    public string ToJson(string peer, string corpus, string batch) =>
        JsonSerializer.Serialize(
            new
            {
                peer,
                corpus,
                batch,
                texts = Texts,
                texts_per_s = Math.Round(Rate, 1),
                p50_ms = Math.Round(P50, 2),
                p99_ms = Math.Round(P99, 2),
                peak_memory_mb = Math.Round(PeakMegabytes),
                sample = Sample.Take(Shown).Select(value => MathF.Round(value, 4)),
            }
        );
}
