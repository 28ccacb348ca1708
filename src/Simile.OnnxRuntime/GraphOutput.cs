using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;

namespace Simile.OnnxRuntime;

/// <summary>Chooses which of a graph's outputs is taken.</summary>
internal static class GraphOutput
{
    /// <summary>The output that the user names, the first of some names that there is, or the only one.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="named">The user's choice, or null.</param>
    /// <param name="usual">The names, the best first.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> where the user names none of them,
    /// <see cref="ErrorCode.UnsupportedModel"/> where no choice can be made.</exception>
    public static string Choose(GraphSession session, string? named, ImmutableArray<string> usual)
    {
        var outputs = session.Outputs;
        if (named is not null)
        {
            return outputs.ContainsKey(named)
                ? named
                : throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"The output '{named}' is to be taken of {session.File.Path}, which gives {session.Describe(outputs)}. Name one of "
                        + "these."
                );
        }

        return usual.FirstOrDefault(outputs.ContainsKey)
            ?? (outputs.Count == 1 && !outputs.ContainsKey("logits") ? outputs.Keys.First() : null)
            ?? throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{session.File.Path} gives {session.Describe(outputs)}; none of {string.Join(", ", usual)} is among them. Name the output "
                    + "that is to be taken."
            );
    }
}

/// <summary>Hands numbers to a graph in the type that an input of it has.</summary>
internal static class GraphInput
{
    /// <summary>Whole numbers, in 64 or 32 bits.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for an input of another type.</exception>
    public static OrtValue Integers(string path, string name, NodeMetadata input, long[] values, long[] shape) =>
        input.ElementType == typeof(long) ? OrtValue.CreateTensorValueFromMemory(values, shape)
        : input.ElementType == typeof(int)
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => checked((int)value)), shape)
        : throw Unsupported(path, name, input, "whole numbers of 64 or 32 bits");

    /// <summary>Floats, in 32 or 16 bits.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for an input of another type.</exception>
    public static OrtValue Floats(string path, string name, NodeMetadata input, float[] values, long[] shape) =>
        input.ElementType == typeof(float) ? OrtValue.CreateTensorValueFromMemory(values, shape)
        : input.ElementType == typeof(Float16)
            ? OrtValue.CreateTensorValueFromMemory(
                Array.ConvertAll(values, value => new Float16(BitConverter.HalfToUInt16Bits((Half)value))),
                shape
            )
        : throw Unsupported(path, name, input, "floats of 32 or 16 bits");

    private static SimileException Unsupported(string path, string name, NodeMetadata input, string wanted) =>
        new(
            ErrorCode.UnsupportedModel,
            $"The input '{name}' of {path} takes values of the type {input.ElementType.Name}; {wanted} are given. Take another export."
        );
}
