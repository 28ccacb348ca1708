using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Checkpoints;
using Simile.Engine.Functions;

namespace Simile.Engine.Encoders;

/// <summary>Tokens to the first layer's input. The table stays where the file is mapped.</summary>
internal sealed unsafe class TokenEmbedding
{
    private readonly EmbeddingWeights _weights;
    private readonly SafetensorsTensor _table;
    private readonly LayerNorm? _norm;
    private readonly int _hidden;

    public TokenEmbedding(EmbeddingWeights weights, EncoderShape shape)
    {
        _weights = weights;
        _hidden = shape.Hidden;
        _table = weights.File.Find(weights.Table);
        _norm = EncoderLayer.NormOf(weights.Norm, shape);
        if (_table.Shape.Length != 2 || _table.Shape[1] != _hidden || _table.Shape[0] < 1)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The table '{_table.Name}' of {weights.File.Path} has the shape {_table.ShapeText}, but (tokens, {_hidden}) is wanted.");
        }
    }

    /// <summary>Entries of the table (V).</summary>
    public int Tokens => (int)_table.Shape[0];

    /// <summary>Token types there are; 1 where the network knows none.</summary>
    public int Types => (_weights.TokenTypes?.Length ?? _hidden) / _hidden;

    /// <summary>Writes the row (H) of a token at a position of its own sequence.</summary>
    public void Forward(int id, int type, int position, float* row)
    {
        var target = new Span<float>(row, _hidden);
        _weights.File.ReadRow(_table, id, target);
        foreach (ref var value in _weights.Scale == 1 ? [] : target)
        {
            value *= _weights.Scale;
        }

        Add(_weights.TokenTypes, type, target);
        Add(_weights.Positions, position + _weights.FirstPosition, target);
        _norm?.Forward(row, row);
    }

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
