using System.Globalization;
using System.Text.Json;
using Simile.Engine.Products;

namespace Simile.Cli.Output;

/// <summary>The kernels of one precision on this machine, and what they reach.</summary>
internal sealed record DoctorKernels(ComputePrecision Precision, InstructionLevel Level, double OneThread, double AllThreads)
{
    public string Line =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"     {Words(Precision), -9} {Words(Level)} kernels, {OneThread:F0} {Unit}/s on one thread, {AllThreads:F0} on "
                + $"{Environment.ProcessorCount}"
        );

    private string Unit => Precision == ComputePrecision.Int8 ? "GOP" : "GFLOP";

    public static IReadOnlyList<DoctorKernels> Measure() => [.. Enum.GetValues<ComputePrecision>().Select(Measure)];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("compute", Words(Precision));
        json.WriteString("kernels", Words(Level));
        json.WriteNumber("gflops_one_thread", Math.Round(OneThread));
        json.WriteNumber("gflops_all_threads", Math.Round(AllThreads));
        json.WriteEndObject();
    }

    private static DoctorKernels Measure(ComputePrecision precision)
    {
        var kernels = TileKernels.Create(precision);
        return new DoctorKernels(
            precision,
            kernels.Level,
            KernelProbe.Measure(kernels, 1),
            KernelProbe.Measure(kernels, Environment.ProcessorCount)
        );
    }

    private static string Words<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
