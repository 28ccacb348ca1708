using System.Globalization;

namespace Simile.Cli.Output;

/// <summary>What 'bench' measured.</summary>
internal sealed record BenchResult(
    string Model,
    string Compute,
    int Threads,
    int Texts,
    long Tokens,
    double TextsPerSecond,
    double TokensPerSecond,
    double P50Milliseconds,
    double P99Milliseconds,
    double PeakMemoryMegabytes,
    (double Lowest, double Mean)? CosineToFloat32
);

internal static class BenchRendering
{
    public static void Write(bool asJson, BenchResult result)
    {
        if (!asJson)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    {result.Model}, {result.Compute}, {result.Threads} threads, {result.Texts} texts of {(double)result.Tokens
                        / result.Texts:F1} tokens
                    all together   {result.TextsPerSecond:N0} texts/s, {result.TokensPerSecond:N0} tokens/s
                    one by one     p50 {result.P50Milliseconds:F4} ms, p99 {result.P99Milliseconds:F4} ms
                    peak memory    {result.PeakMemoryMegabytes:F0} MB
                    """
                )
            );
            if (result.CosineToFloat32 is { } agreement)
            {
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"to float32     cosine {agreement.Mean:F5} on average, {agreement.Lowest:F5} at the lowest"
                    )
                );
            }

            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteString("model", result.Model);
            json.WriteString("compute", result.Compute);
            json.WriteNumber("threads", result.Threads);
            json.WriteNumber("texts", result.Texts);
            json.WriteNumber("tokens", result.Tokens);
            json.WriteNumber("texts_per_s", Math.Round(result.TextsPerSecond));
            json.WriteNumber("tokens_per_s", Math.Round(result.TokensPerSecond));
            json.WriteNumber("p50_ms", result.P50Milliseconds);
            json.WriteNumber("p99_ms", result.P99Milliseconds);
            json.WriteNumber("peak_memory_mb", Math.Round(result.PeakMemoryMegabytes, 1));
            if (result.CosineToFloat32 is { } agreement)
            {
                json.WriteNumber("cosine_to_float32_mean", agreement.Mean);
                json.WriteNumber("cosine_to_float32_lowest", agreement.Lowest);
            }
        });
    }

    /// <summary>What was measured over pictures.</summary>
    public static void Write(bool asJson, string model, string compute, int threads, PictureBenchResult result)
    {
        if (!asJson)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    {model}, {compute}, {threads} threads, {result.Images} pictures
                    all together   {result.ImagesPerSecond:N1} pictures/s
                    of which       decoding {result.DecodeMilliseconds:F2} ms and preparing {result.PrepareMilliseconds:F2} ms a picture and thread, forward {result.ForwardMilliseconds:F2} ms a picture
                    one by one     p50 {result.P50Milliseconds:F2} ms, p99 {result.P99Milliseconds:F2} ms
                    peak memory    {result.PeakMemoryMegabytes:F0} MB
                    """
                )
            );
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteString("model", model);
            json.WriteString("compute", compute);
            json.WriteNumber("threads", threads);
            json.WriteNumber("images", result.Images);
            json.WriteNumber("images_per_s", Math.Round(result.ImagesPerSecond, 2));
            json.WriteNumber("decode_ms", Math.Round(result.DecodeMilliseconds, 3));
            json.WriteNumber("prepare_ms", Math.Round(result.PrepareMilliseconds, 3));
            json.WriteNumber("forward_ms", Math.Round(result.ForwardMilliseconds, 3));
            json.WriteNumber("p50_ms", Math.Round(result.P50Milliseconds, 3));
            json.WriteNumber("p99_ms", Math.Round(result.P99Milliseconds, 3));
            json.WriteNumber("peak_memory_mb", Math.Round(result.PeakMemoryMegabytes, 1));
        });
    }
}

/// <summary>What 'bench' measured over pictures.</summary>
/// <param name="Images">Pictures of the corpus.</param>
/// <param name="ImagesPerSecond">From file to vector, all together.</param>
/// <param name="DecodeMilliseconds">Reading and decoding one picture, on one thread.</param>
/// <param name="PrepareMilliseconds">Preparing one picture, on one thread.</param>
/// <param name="ForwardMilliseconds">The network for one picture out of a batch, by the clock, on all threads.</param>
/// <param name="P50Milliseconds">One picture alone, from file to vector.</param>
/// <param name="P99Milliseconds">The same, 99th percentile.</param>
/// <param name="PeakMemoryMegabytes">Of the whole process.</param>
internal sealed record PictureBenchResult(
    int Images,
    double ImagesPerSecond,
    double DecodeMilliseconds,
    double PrepareMilliseconds,
    double ForwardMilliseconds,
    double P50Milliseconds,
    double P99Milliseconds,
    double PeakMemoryMegabytes
);
