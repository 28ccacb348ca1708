using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Simile.OnnxRuntime;

/// <summary>A graph that ONNX Runtime has loaded. Safe to call from many threads.</summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _session;

    // DirectML's sessions are for one caller at a time.
    private readonly Lock? _turn;

    private GraphSession(GraphFile file, InferenceSession session, string provider) =>
        (File, _session, Provider, _turn) = (file, session, provider, ExecutionProviders.IsForOne(provider) ? new Lock() : null);

    /// <summary>The graph's file.</summary>
    public GraphFile File { get; }

    /// <summary>The execution provider, by the name that ONNX Runtime has for it.</summary>
    public string Provider { get; }

    /// <summary>What the graph takes.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    /// <summary>What the graph gives.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    /// <summary>Opens a graph; where it throws, the file stays the caller's to dispose.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.EngineUnavailable"/>, <see cref="ErrorCode.BadCheckpoint"/>,
    /// <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static GraphSession Open(GraphFile file, OnnxRuntimeEngine engine, int threads)
    {
        NativeRuntime.Require();
        using var options = new SessionOptions
        {
            IntraOpNumThreads = engine.Threads ?? threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = LevelOf(engine.Optimization),
            EnableCpuMemArena = engine.KeepMemory,

            // A pattern is kept for every shape that was ever run, and texts have many.
            EnableMemoryPattern = false,

            // What goes wrong is thrown; a library writes nothing to standard error.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        var provider = ExecutionProviders.Append(options, engine);
        try
        {
            return new GraphSession(file, new InferenceSession(file.Path, options), provider);
        }
        catch (OnnxRuntimeException error)
        {
            var isDamaged = error.Message.Contains("InvalidProtobuf", StringComparison.Ordinal);
            throw new SimileException(
                isDamaged ? ErrorCode.BadCheckpoint : ErrorCode.UnsupportedModel,
                $"ONNX Runtime {NativeRuntime.Version} cannot load {file.Path}: {MessageOf(error)}. "
                    + (isDamaged ? "Fetch the file again." : "Take another export of the model, or a newer ONNX Runtime."),
                error
            );
        }
    }

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">A value for each of its inputs.</param>
    /// <param name="output">The output that is wanted.</param>
    /// <param name="cancellationToken">Stops the run itself.</param>
    /// <returns>The output as 32-bit floats.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelFailed"/>.</exception>
    public GraphValues Run(IReadOnlyList<(string Name, OrtValue Value)> inputs, string output, CancellationToken cancellationToken)
    {
        if (_turn is null)
        {
            return RunNow(inputs, output, cancellationToken);
        }

        lock (_turn)
        {
            return RunNow(inputs, output, cancellationToken);
        }
    }

    /// <summary>Tries the graph once, so that one that cannot run is told when it is loaded.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public GraphValues Try(IReadOnlyList<(string Name, OrtValue Value)> inputs, string output)
    {
        try
        {
            return Run(inputs, output, CancellationToken.None);
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelFailed)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, error.Description, error);
        }
    }

    /// <summary>The inputs as a sentence names them.</summary>
    public string Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
        string.Join(", ", values.Select(value => $"'{value.Key}' ({ShapeOf(value.Value)})"));

    /// <summary>A shape as a sentence names it, with ? for what is open.</summary>
    public static string ShapeOf(NodeMetadata value) => string.Join(", ", value.Dimensions.Select(size => size < 0 ? "?" : $"{size}"));

    /// <summary>The level that an option names.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static GraphOptimizationLevel LevelOf(string name) =>
        name switch
        {
            "none" => GraphOptimizationLevel.ORT_DISABLE_ALL,
            "basic" => GraphOptimizationLevel.ORT_ENABLE_BASIC,
            "extended" => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            "all" => GraphOptimizationLevel.ORT_ENABLE_ALL,
            _ => throw new SimileException(
                ErrorCode.InvalidOption,
                $"The optimization of the graph is '{name}'; none, basic, extended and all are known."
            ),
        };

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        File.Dispose();
    }

    private GraphValues RunNow(IReadOnlyList<(string Name, OrtValue Value)> inputs, string output, CancellationToken cancellationToken)
    {
        using var run = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var stop = cancellationToken.Register(state => ((RunOptions)state!).Terminate = true, run);
        try
        {
            using var outputs = _session.Run(
                run,
                [.. inputs.Select(input => input.Name)],
                [.. inputs.Select(input => input.Value)],
                [output]
            );
            return GraphValues.Of(outputs[0]);
        }
        catch (OnnxRuntimeException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new SimileException(
                ErrorCode.ModelFailed,
                $"ONNX Runtime failed on {File.Path}: {MessageOf(error)}. Check that the graph belongs to the folder's tokenizer and "
                    + "configuration.",
                error
            );
        }
    }

    private static string MessageOf(OnnxRuntimeException error) => error.Message.Trim().TrimEnd('.');
}

/// <summary>What a graph gave, in 32-bit floats.</summary>
/// <param name="Values">The values.</param>
/// <param name="Shape">Their shape, the batch first.</param>
internal sealed record GraphValues(float[] Values, long[] Shape)
{
    /// <summary>Copies a tensor of floats of any length.</summary>
    public static GraphValues Of(OrtValue value)
    {
        var type = value.GetTensorTypeAndShape();
        var values = type.ElementDataType switch
        {
            TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
            TensorElementType.Double => Array.ConvertAll(value.GetTensorDataAsSpan<double>().ToArray(), number => (float)number),
            TensorElementType.Float16 => Array.ConvertAll(
                MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>()).ToArray(),
                number => (float)number
            ),
            TensorElementType.BFloat16 => Array.ConvertAll(
                value.GetTensorDataAsSpan<BFloat16>().ToArray(),
                number => BitConverter.Int32BitsToSingle(number.value << 16)
            ),
            _ => throw new SimileException(
                ErrorCode.ModelFailed,
                $"The graph gave values of the type {type.ElementDataType}, where floats are wanted. Name another output."
            ),
        };
        return new GraphValues(values, type.Shape);
    }
}
