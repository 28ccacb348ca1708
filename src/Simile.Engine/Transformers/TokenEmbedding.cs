using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;

namespace Simile.Engine.Transformers;

/// <summary>Tokens to the first layer's input.</summary>
/// <remarks>A table of up to <see cref="LargestInMemory"/> bytes is copied: what another program does to the file then changes nothing. A
/// larger one stays where the file is mapped, and
/// <see cref="EnsureUnchanged"/> looks once a call whether the file is still the one that was loaded.</remarks>
internal sealed unsafe class TokenEmbedding
{
    /// <summary>The largest table that is copied into memory, in bytes.</summary>
    public const long LargestInMemory = 512L << 20;

    private readonly EmbeddingWeights _weights;
    private readonly TensorRows _table;
    private readonly LayerNorm? _norm;
    private readonly int _hidden;

    public TokenEmbedding(EmbeddingWeights weights, TransformerConfig shape)
    {
        _weights = weights;
        _hidden = shape.Hidden;
        var tensor = weights.Table.Tensor;
        _norm = TransformerLayer.NormOf(weights.Norm, shape);
        if (tensor.Shape.Length != 2 || tensor.Shape[1] != _hidden || tensor.Shape[0] < 1)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The table '{tensor.Name}' of {tensor.Path} has the shape {tensor.ShapeText}, but (tokens, {_hidden}) is wanted."
            );
        }

        _table = weights.Table.InMemoryUpTo(weights.LargestInMemory);
    }

    /// <summary>Bytes that the table takes in memory.</summary>
    public long Bytes => _table.BytesInMemory;

    /// <summary>Entries of the table (V).</summary>
    public int Tokens => (int)_table.Tensor.Shape[0];

    /// <summary>Types of tokens there are; where the network knows none, any type is as good as another.</summary>
    public int Types => _weights.TokenTypes is { } table ? table.Length / _hidden : int.MaxValue;

    /// <summary>Writes the row (H) of a token at a position of its own sequence.</summary>
    public void Forward(int id, int type, int position, float* row)
    {
        var target = new Span<float>(row, _hidden);
        _table.Read(id, target);
        Adapt(id, target);
        foreach (ref var value in _weights.Scale == 1 ? [] : target)
        {
            value *= _weights.Scale;
        }

        Add(_weights.TokenTypes, type, target);
        Add(_weights.Positions, position + _weights.FirstPosition, target);
        _norm?.Forward(row, row);
    }

    private void Adapt(int id, Span<float> target)
    {
        if (_weights.Adapt is { } adapt)
        {
            var row = target.ToArray();
            adapt(id, row);
            row.CopyTo(target);
        }
    }

    /// <summary>Throws when the table is read where its file is mapped, and the file has changed.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    public void EnsureUnchanged() => _table.EnsureUnchanged();

    private static void Add(float[]? table, int row, Span<float> target)
    {
        if (table is null)
        {
            return;
        }

        var source = table.AsSpan(row * target.Length, target.Length);
        ref var first = ref MemoryMarshal.GetReference(source);
        var i = 0;
        for (; i <= target.Length - 16; i += 16)
        {
            var sum = Vector512.LoadUnsafe(ref first, (nuint)i) + Vector512.Create<float>(target[i..]);
            Vector512.CopyTo(sum, target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] += source[i];
        }
    }
}

/// <summary>Where the first layer's input comes from when it is no table of tokens.</summary>
internal interface IInputRows
{
    /// <summary>Writes the row (H) of a position, counted over all sequences of the run.</summary>
    void Write(int row, Span<float> target);
}

/// <summary>Rows of floats that somebody else holds.</summary>
/// <param name="data">The first row.</param>
/// <param name="stride">Floats from one row to the next.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct FloatRows(float* data, int stride)
{
    /// <summary>The first row.</summary>
    public float* Data => data;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride => stride;

    /// <summary>Bytes from one row to the next.</summary>
    public int StrideBytes => stride * sizeof(float);

    /// <summary>Where a row lies.</summary>
    public float* this[int row] => data + ((nint)row * stride);
}
