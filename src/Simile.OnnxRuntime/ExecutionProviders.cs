using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Simile.OnnxRuntime;

/// <summary>Execution providers by name: which there are depends on the native library that the program brings.</summary>
internal static class ExecutionProviders
{
    private const string Suffix = "ExecutionProvider";
    private const string Dml = "Dml";

    // Names that people say beside ONNX Runtime's own, and the packages that bring them.
    private static readonly ImmutableArray<(string Said, string Own, string Package)> Known =
    [
        ("CPU", "CPU", "Microsoft.ML.OnnxRuntime"),
        ("CUDA", "CUDA", "Microsoft.ML.OnnxRuntime.Gpu"),
        ("TensorRT", "Tensorrt", "Microsoft.ML.OnnxRuntime.Gpu"),
        ("DirectML", Dml, "Microsoft.ML.OnnxRuntime.DirectML"),
        ("CoreML", "CoreML", "Microsoft.ML.OnnxRuntime, on macOS"),
        ("OpenVINO", "OpenVINO", "Intel.ML.OnnxRuntime.OpenVino"),
        ("QNN", "QNN", "Microsoft.ML.OnnxRuntime.QNN"),
    ];

    /// <summary>Puts the provider that the options name before the processor.</summary>
    /// <returns>The name that ONNX Runtime has for it.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.EngineUnavailable"/> when it is not there.</exception>
    public static string Append(SessionOptions options, OnnxRuntimeEngine engine)
    {
        var (provider, said) = Find(engine.Provider);
        try
        {
            Append(options, provider, said, engine.ProviderOptions.ToDictionary(StringComparer.Ordinal));
            return provider;
        }
        catch (Exception error) when (error is OnnxRuntimeException or EntryPointNotFoundException)
        {
            throw new SimileException(
                ErrorCode.EngineUnavailable,
                $"The execution provider {engine.Provider} cannot be used: {error.Message.Trim().TrimEnd('.')}. Check its driver, its "
                    + $"libraries and {nameof(OnnxRuntimeEngine.ProviderOptions)}, or take the CPU.",
                error
            );
        }
    }

    /// <summary>Whether a provider's sessions may be run by one caller at a time only.</summary>
    public static bool IsForOne(string provider) => provider == Dml;

    private static (string Own, string Said) Find(string wanted)
    {
        var name = wanted.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? wanted[..^Suffix.Length] : wanted;
        var known = Known.FirstOrDefault(known => IsSame(known.Said, name) || IsSame(known.Own, name));
        var own = known.Own ?? name;
        var available = OrtEnv.Instance().GetAvailableProviders().Select(provider => provider.Replace(Suffix, string.Empty)).ToArray();
        return Array.Find(available, provider => IsSame(provider, own)) is { } there
            ? (there, known.Said ?? name)
            : throw new SimileException(
                ErrorCode.EngineUnavailable,
                $"The execution provider {wanted} is not in this program's ONNX Runtime; available: {string.Join(", ", available)}. "
                    + (known.Package is { } package ? $"The package that has it: {package}." : "Name one of these.")
            );
    }

    private static void Append(SessionOptions options, string provider, string said, Dictionary<string, string> settings)
    {
        switch (provider)
        {
            case "CPU":
                break;
            case "CUDA":
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(settings);
                    options.AppendExecutionProvider_CUDA(cuda);
                }

                break;
            case "Tensorrt":
                using (var tensorRt = new OrtTensorRTProviderOptions())
                {
                    tensorRt.UpdateOptions(settings);
                    options.AppendExecutionProvider_Tensorrt(tensorRt);
                }

                break;
            case Dml:
                options.AppendExecutionProvider_DML(
                    int.Parse(settings.GetValueOrDefault("device_id", "0"), NumberStyles.None, CultureInfo.InvariantCulture)
                );
                break;
            default:
                options.AppendExecutionProvider(said, settings);
                break;
        }
    }

    private static bool IsSame(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
