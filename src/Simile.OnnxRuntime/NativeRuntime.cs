using System.Reflection;
using Microsoft.ML.OnnxRuntime;

namespace Simile.OnnxRuntime;

/// <summary>ONNX Runtime's native library, which another package brings.</summary>
internal static class NativeRuntime
{
    /// <summary>The version that the managed half was made for.</summary>
    public static string ManagedVersion { get; } =
        (typeof(OrtEnv).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty).Split(
            '+'
        )[0];

    /// <summary>The native library's own version.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Loads the library, the first time.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.EngineUnavailable"/>.</exception>
    public static void Require()
    {
        try
        {
            _ = Version;
        }
        catch (Exception error)
            when (error
                    is TypeInitializationException
                        or DllNotFoundException
                        or EntryPointNotFoundException
                        or BadImageFormatException
                        or OnnxRuntimeException
                        or NullReferenceException
            )
        {
            throw new SimileException(
                ErrorCode.EngineUnavailable,
                $"ONNX Runtime's native library is not here, or not of the version {ManagedVersion} that is wanted: "
                    + $"{error.GetBaseException().Message.Split('\n')[0].TrimEnd('.', ' ')}. Add the package Microsoft.ML.OnnxRuntime "
                    + $"{ManagedVersion} to the program, or the one for your device (Microsoft.ML.OnnxRuntime.Gpu, .DirectML …).",
                error
            );
        }
    }
}
