namespace Simile.Engine.Tensors;

/// <summary>The rows of a matrix, (rows, columns), read one at a time as 32-bit floats.</summary>
/// <remarks>In memory what another program does to the file changes nothing; where the source has the rows, <see cref="EnsureUnchanged"/>
/// looks whether it is still the same.</remarks>
internal sealed class TensorRows
{
    private readonly ITensorSource _source;
    private readonly byte[]? _copy;
    private readonly int _rowBytes;

    /// <summary>The rows of a tensor, where the source has them.</summary>
    /// <param name="source">The source; it must outlive the rows.</param>
    /// <param name="tensor">A matrix of the source.</param>
    public TensorRows(ITensorSource source, TensorInfo tensor)
        : this(source, tensor, copy: null) { }

    private TensorRows(ITensorSource source, TensorInfo tensor, byte[]? copy)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        (_source, Tensor, _copy) = (source, tensor, copy);
        _rowBytes = tensor.Shape.Length == 2 ? checked((int)(tensor.Shape[1] * TensorInfo.SizeOf(tensor.Type))) : 0;
    }

    /// <summary>The matrix.</summary>
    public TensorInfo Tensor { get; }

    /// <summary>Bytes that it takes in memory; 0 where it stays with its source.</summary>
    public long BytesInMemory => _copy?.LongLength ?? 0;

    /// <summary>The rows copied into memory, unless they are more than a number of bytes.</summary>
    public TensorRows InMemoryUpTo(long bytes) =>
        Tensor.Bytes <= bytes ? new TensorRows(_source, Tensor, _source.Bytes(Tensor, 0, checked((int)Tensor.Bytes)).ToArray()) : this;

    /// <summary>Reads one row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="target">Gets it, (columns).</param>
    public void Read(long row, Span<float> target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Tensor.Shape.IsEmpty ? 0 : Tensor.Shape[0]);
        var bytes = _copy is null ? _source.Bytes(Tensor, row * _rowBytes, _rowBytes) : _copy.AsSpan((int)row * _rowBytes, _rowBytes);
        TensorConversion.Convert(bytes, Tensor, target);
    }

    /// <summary>Throws when the rows are with their source and that has changed.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    public void EnsureUnchanged()
    {
        if (_copy is null)
        {
            _source.EnsureUnchanged();
        }
    }
}
