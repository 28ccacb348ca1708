namespace Simile.Engine.Tensors;

/// <summary>How a network reads its weights: by name and shape, under a prefix, and with count of what was read, so that a tensor that
/// nobody understood is found.</summary>
internal sealed class TensorReader
{
    private readonly ITensorSource _source;
    private readonly HashSet<string> _read;
    private readonly string _prefix;

    /// <summary>Reads a source from its roots.</summary>
    /// <param name="source">The source; it stays the caller's to dispose.</param>
    public TensorReader(ITensorSource source)
        : this(source, string.Empty, new HashSet<string>(StringComparer.Ordinal), adapt: null) { }

    private TensorReader(ITensorSource source, string prefix, HashSet<string> read, Action<string, float[]>? adapt)
    {
        ArgumentNullException.ThrowIfNull(source);
        (_source, _prefix, _read, Adapt) = (source, prefix, read, adapt);
    }

    /// <summary>What is done to all that is read, given its whole name; null for nothing (an adapter).</summary>
    public Action<string, float[]>? Adapt { get; }

    /// <summary>What holds the tensors, for errors.</summary>
    public string Path => _source.Paths[0];

    /// <summary>The whole names of all tensors, whatever the prefix.</summary>
    public IEnumerable<string> Names => _source.Tensors.Keys;

    /// <summary>The same tensors under a longer prefix, counted together.</summary>
    public TensorReader Under(string prefix) => new(_source, _prefix + prefix, _read, Adapt);

    /// <summary>The same tensors, counted together, changed as they are read.</summary>
    public TensorReader With(Action<string, float[]> adapt) => new(_source, _prefix, _read, adapt);

    /// <summary>The whole name of a tensor.</summary>
    public string NameOf(string name) => _prefix + name;

    /// <summary>Whether there is a tensor.</summary>
    public bool Has(string name) => _source.Tensors.ContainsKey(_prefix + name);

    /// <summary>What is known of a tensor.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when there is none.</exception>
    public TensorInfo Find(string name) => _source.Find(_prefix + name);

    /// <summary>The shape of a tensor of a number of axes.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public int[] Shape(string name, int axes)
    {
        var tensor = Find(name);
        return tensor.Shape.Length == axes && tensor.Shape.All(size => size is > 0 and < 1 << 24)
            ? [.. tensor.Shape.Select(size => (int)size)]
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{tensor.Name}' of {tensor.Path} has the shape {tensor.ShapeText}; {axes} axes are wanted."
            );
    }

    /// <summary>A tensor's elements, in row-major order.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when it is not there or has another shape.</exception>
    public float[] Read(string name, params ReadOnlySpan<long> shape)
    {
        var tensor = Find(name);
        return tensor.Shape.AsSpan().SequenceEqual(shape)
            ? Read(tensor)
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{tensor.Name}' of {tensor.Path} has the shape {tensor.ShapeText}, but "
                    + $"({string.Join(", ", shape.ToArray())}) is wanted. The configuration and the weights belong to different models."
            );
    }

    /// <summary>A tensor of one of several shapes with a number of elements.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public float[] ReadFlat(string name, long count)
    {
        var tensor = Find(name);
        return tensor.Count == count
            ? Read(tensor)
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{tensor.Name}' of {tensor.Path} has the shape {tensor.ShapeText}, but {count} elements are wanted."
            );
    }

    /// <summary>A tensor, or null when it is not there.</summary>
    public float[]? ReadIfThere(string name, params ReadOnlySpan<long> shape) => Has(name) ? Read(name, shape) : null;

    /// <summary>A tensor that the configuration asks for; one that it does not ask for is not used, as in Hugging Face's library.</summary>
    public float[]? ReadIf(bool isAsked, string name, params ReadOnlySpan<long> shape) => isAsked ? Read(name, shape) : null;

    /// <summary>Several tensors of one shape, one behind the other.</summary>
    public float[] Join(ReadOnlySpan<string> names, params ReadOnlySpan<long> shape)
    {
        List<float[]> parts = [];
        foreach (var name in names)
        {
            parts.Add(Read(name, shape));
        }

        var joined = new float[parts.Sum(part => (long)part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined, at);
            at += part.Length;
        }

        return joined;
    }

    /// <summary>The rows of a matrix, to be read one at a time; they are not adapted.</summary>
    public TensorRows Rows(string name)
    {
        var tensor = Find(name);
        _read.Add(tensor.Name);
        return new TensorRows(_source, tensor);
    }

    /// <summary>Marks the tensors whose whole names begin so as known and not needed.</summary>
    public void Skip(params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            _read.UnionWith(Names.Where(name => name.StartsWith(start, StringComparison.Ordinal)));
        }
    }

    /// <summary>Refuses a source with tensors that nothing asked for.</summary>
    /// <param name="variants">What such a tensor mostly means, for the error.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public void RequireAllRead(string variants)
    {
        if (Names.Where(name => !_read.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{Path} has the tensor '{unknown}', which {variants}");
        }
    }

    private float[] Read(TensorInfo tensor)
    {
        _read.Add(tensor.Name);
        var values = _source.ReadFloats(tensor.Name);
        Adapt?.Invoke(tensor.Name, values);
        return values;
    }
}

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
