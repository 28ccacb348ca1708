namespace Simile.Engine.Tensors;

/// <summary>Weights by name, whatever file they lie in. Safe to read from many threads.</summary>
/// <remarks>A checkpoint format is one implementation; <see cref="TensorReader"/> is how a network reads one.</remarks>
internal interface ITensorSource : IDisposable
{
    /// <summary>The tensors by name.</summary>
    IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The files, in the order in which their digests make that of the weights; never empty.</summary>
    IReadOnlyList<string> Paths { get; }

    /// <summary>Some bytes of a tensor, little-endian, in row-major order; valid until the source is disposed.</summary>
    /// <param name="tensor">A tensor of this source.</param>
    /// <param name="offset">The first byte, from the tensor's beginning.</param>
    /// <param name="count">Bytes.</param>
    ReadOnlySpan<byte> Bytes(TensorInfo tensor, long offset, int count);

    /// <summary>A tensor's elements as 32-bit floats, in row-major order.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when its type is no F64, F32, F16, BF16 or I8.</exception>
    float[] Floats(TensorInfo tensor) => TensorConversion.ToFloats(TensorSources.Whole(this, tensor), tensor);

    /// <summary>Throws when another program has written to a file since it was opened. One that was put in its place by renaming is another
    /// file, and harms nobody.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    void EnsureUnchanged();
}

/// <summary>Reading whole tensors of any source.</summary>
internal static class TensorSources
{
    private const int NamesShown = 8;

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when there is none.</exception>
    public static TensorInfo Find(this ITensorSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{source.Paths[0]} has no tensor '{name}'. It holds "
                    + $"{string.Join(", ", source.Tensors.Keys.Order(StringComparer.Ordinal).Take(NamesShown))}."
            );
    }

    /// <summary>All bytes of a tensor.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when there is none, or it is too large for one
    /// piece.</exception>
    public static ReadOnlySpan<byte> Bytes(this ITensorSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Whole(source, source.Find(name));
    }

    /// <summary>All bytes of a tensor.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when it is too large for one piece.</exception>
    public static ReadOnlySpan<byte> Whole(ITensorSource source, TensorInfo tensor) =>
        tensor.Bytes <= int.MaxValue
            ? source.Bytes(tensor, 0, (int)tensor.Bytes)
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{tensor.Name}' of {tensor.Path} has {tensor.Bytes} bytes; at most {int.MaxValue} can be read in one piece."
            );

    /// <summary>A tensor's elements as 32-bit floats, in row-major order.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when its type is no F64, F32, F16, BF16 or I8.</exception>
    public static float[] ReadFloats(this ITensorSource source, string name) => source.Floats(source.Find(name));
}
