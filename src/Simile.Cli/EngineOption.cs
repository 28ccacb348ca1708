using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Simile.Cli.Output;
using Simile.NuGet;
using Simile.OnnxRuntime;

namespace Simile.Cli;

/// <summary>What computes the networks: Simile's own engine, or ONNX Runtime where it is asked for. Nothing of it is loaded
/// otherwise.</summary>
internal sealed class EngineOption
{
    private const string Own = "simile";
    private const string OnnxRuntime = "onnxruntime";
    private static readonly string[] Keys = ["provider", "file", "output"];
    private readonly Option<string> _engine = VerbOptions.Named(
        "--engine",
        "What computes the network: Simile's own engine, or ONNX Runtime, for any ONNX graph (provider=CUDA, file=PATH and output=NAME may "
            + "follow)",
        "simile|onnxruntime[:KEY=VALUE,…]",
        Own
    );

    public EngineOption(Command verb)
    {
        _engine.Validators.Add(RefuseUnknown);
        verb.Options.Add(_engine);
    }

    /// <summary>Whether the user named an engine.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(_engine) is { Implicit: false };

    /// <summary>What the user named, or the default.</summary>
    public string Name(ParseResult parsed) => parsed.GetValue(_engine)!;

    /// <summary>The engine of a name; null for Simile's own.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.EngineUnavailable"/> when ONNX Runtime's native library is not
    /// here.</exception>
    public static InferenceEngine? Open(string name)
    {
        var (engine, settings) = Parse(name);
        return engine == OnnxRuntime ? OnnxRuntimeLibrary.Open(settings) : null;
    }

    private static void RefuseUnknown(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            var (engine, settings) = Parse(token.Value);
            var key = settings.Keys.FirstOrDefault(key => !Keys.Contains(key));
            if (engine is not (Own or OnnxRuntime) || (engine == Own && settings.Count > 0))
            {
                var near = Suggestions.DidYouMean(Suggestions.Nearest(engine, [Own, OnnxRuntime]));
                result.AddError($"--engine takes {Own} or {OnnxRuntime}, but {SafeText.Quote(token.Value)} was given{near}");
            }
            else if (key is not null || settings.Values.Any(value => value.Length == 0))
            {
                result.AddError(
                    $"--engine {OnnxRuntime} takes {string.Join(", ", Keys.Select(known => known + "="))} behind a colon, but "
                        + $"{SafeText.Quote(token.Value)} was given."
                );
            }
        }
    }

    private static (string Engine, Dictionary<string, string> Settings) Parse(string name)
    {
        var parts = name.Split(':', 2);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in parts.Length < 2 ? [] : parts[1].Split(','))
        {
            var sides = pair.Split('=', 2);
            settings[sides[0]] = sides.Length < 2 ? string.Empty : sides[1];
        }

        return (parts[0].ToLowerInvariant(), settings);
    }
}

/// <summary>ONNX Runtime's native library, which does not come with the program: its package has 160 MB. It is looked for where .NET
/// programs have it.</summary>
internal static class OnnxRuntimeLibrary
{
    private const string Package = "Microsoft.ML.OnnxRuntime";
    private const string Variable = "SIMILE_ONNXRUNTIME";

    /// <summary>The engine, over the library that is found.</summary>
    public static InferenceEngine Open(Dictionary<string, string> settings)
    {
        var wanted = OnnxRuntimeEngine.NativeVersion;
        if (!IsBeside())
        {
            var path = Find(wanted) ?? throw Missing(wanted);
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
                name.Contains(OnnxRuntimeEngine.LibraryName, StringComparison.Ordinal) ? NativeLibrary.Load(path) : IntPtr.Zero;
        }

        return new OnnxRuntimeEngine
        {
            Provider = settings.GetValueOrDefault("provider", "CPU"),
            File = settings.GetValueOrDefault("file"),
            Output = settings.GetValueOrDefault("output"),
        };
    }

    private static string FileName =>
        OperatingSystem.IsWindows() ? OnnxRuntimeEngine.LibraryName + ".dll"
        : OperatingSystem.IsMacOS() ? $"lib{OnnxRuntimeEngine.LibraryName}.dylib"
        : $"lib{OnnxRuntimeEngine.LibraryName}.so";

    private static string System =>
        (
            OperatingSystem.IsWindows() ? "win-"
            : OperatingSystem.IsMacOS() ? "osx-"
            : "linux-"
        ) + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static string InPackage => Path.Combine("runtimes", System, "native", FileName);

    private static bool IsBeside() =>
        File.Exists(Path.Combine(AppContext.BaseDirectory, FileName)) || File.Exists(Path.Combine(AppContext.BaseDirectory, InPackage));

    private static string? Find(string wanted)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            string[] places = [named, Path.Combine(named, FileName), Path.Combine(named, InPackage)];
            return Array.Find(places, File.Exists)
                ?? throw new SimileException(
                    ErrorCode.EngineUnavailable,
                    $"{Variable} is {SafeText.Quote(named)}, but there is no {FileName}. Name the file, or a folder that holds it."
                );
        }

        return NuGetModels
            .OfThisMachine()
            .PackageFolders()
            .Select(folder => Path.Combine(folder, Package.ToLowerInvariant(), wanted, InPackage))
            .FirstOrDefault(File.Exists);
    }

    private static SimileException Missing(string wanted)
    {
        var folders = NuGetModels.OfThisMachine().PackageFolders();
        return new SimileException(
            ErrorCode.EngineUnavailable,
            $"ONNX Runtime {wanted} is not on this machine: it does not come with Simile, and {string.Join(", ", folders)} "
                + $"{(folders.Count == 1 ? "does" : "do")} not hold it. Fetch it ('dotnet package download {Package}@{wanted} --output "
                + $"{folders[0]}', 160 MB), or name its library in {Variable}."
        );
    }
}
