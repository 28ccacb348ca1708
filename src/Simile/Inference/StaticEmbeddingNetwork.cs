using System.Runtime.InteropServices;
using Simile.Engine.Kernels;
using Simile.Engine.Tensors;

namespace Simile.Inference;

/// <summary>A table of token vectors: a text's vector is the mean of its known tokens' rows. Immutable and safe to call from many
/// threads.</summary>
internal sealed class StaticEmbeddingNetwork
{
    private const string OwnTable = "embedding.weight";
    private const string Model2VecTable = "embeddings";
    private readonly Half[] _table;
    private readonly int[]? _mapping;
    private readonly float[]? _weights;

    private StaticEmbeddingNetwork(Half[] table, int rows, int dimensions, int[]? mapping, float[]? weights)
    {
        (_table, _mapping, _weights) = (table, mapping, weights);
        (Tokens, Dimensions) = (mapping?.Length ?? rows, dimensions);
    }

    /// <summary>Ids the network knows (V).</summary>
    public int Tokens { get; }

    /// <summary>Values a vector (D).</summary>
    public int Dimensions { get; }

    /// <summary>Loads the table of a checkpoint; model2vec's token weights and its mapping of ids to rows are used where they are
    /// there.</summary>
    /// <remarks>The table is kept in 16-bit floats; values that need more are rounded to the nearest.</remarks>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when shapes do not fit together or values are not
    /// finite.</exception>
    public static StaticEmbeddingNetwork Load(ITensorSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var tensor = source.Find(TableName(source));
        if (tensor.Shape.Length != 2 || tensor.Shape[0] < 1 || tensor.Shape[1] < 1)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The table '{tensor.Name}' of {tensor.Path} has the shape {tensor.ShapeText}, but (tokens, dimensions) is wanted."
            );
        }

        var (rows, dimensions) = ((int)tensor.Shape[0], (int)tensor.Shape[1]);
        var mapping = source.Tensors.ContainsKey("mapping") ? ReadMapping(source, rows) : null;
        var weights = source.Tensors.ContainsKey("weights") ? source.ReadFloats("weights") : null;
        if (weights is not null && weights.Length != (mapping?.Length ?? rows))
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{tensor.Path} has {weights.Length} token weights for {mapping?.Length ?? rows} tokens."
            );
        }

        return new StaticEmbeddingNetwork(ReadTable(source, tensor), rows, dimensions, mapping, weights);
    }

    /// <summary>The name of the table of token vectors, (V, D), of a checkpoint: sentence-transformers' own, or model2vec's, which its
    /// StaticEmbedding reads too.</summary>
    public static string TableName(ITensorSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Tensors.ContainsKey(Model2VecTable) ? Model2VecTable : OwnTable;
    }

    /// <summary>Writes the mean of the tokens' rows.</summary>
    /// <param name="ids">Tokens (T), all below <see cref="Tokens"/>; those equal to <paramref name="unknownId"/> are left out.</param>
    /// <param name="unknownId">The unknown token, or -1.</param>
    /// <param name="vector">Gets the mean, (D).</param>
    /// <returns>Tokens that went into the mean; 0 leaves zeros.</returns>
    public int Forward(ReadOnlySpan<int> ids, int unknownId, Span<float> vector)
    {
        vector.Clear();
        var used = 0;
        foreach (var id in ids)
        {
            if (id == unknownId)
            {
                continue;
            }

            HalfRows.Add(_table, _mapping is null ? id : _mapping[id], vector, _weights is null ? 1 : _weights[id]);
            used++;
        }

        var share = 1f / Math.Max(1, used);
        foreach (ref var value in vector)
        {
            value *= share;
        }

        return used;
    }

    private static Half[] ReadTable(ITensorSource source, TensorInfo tensor)
    {
        var table =
            tensor.Type == TensorType.F16
                ? MemoryMarshal.Cast<byte, Half>(source.Bytes(tensor.Name)).ToArray()
                : Array.ConvertAll(source.ReadFloats(tensor.Name), value => (Half)value);
        var bits = MemoryMarshal.Cast<Half, ushort>(table);
        foreach (var value in bits)
        {
            if ((value & 0x7C00) == 0x7C00)
            {
                throw new SimileException(
                    ErrorCode.BadCheckpoint,
                    $"The table '{tensor.Name}' of {tensor.Path} holds values that are not finite 16-bit floats."
                );
            }
        }

        return table;
    }

    private static int[] ReadMapping(ITensorSource source, int rows)
    {
        var bytes = source.Bytes("mapping");
        var mapping = source.Find("mapping").Type switch
        {
            TensorType.I64 =>
            [
                .. MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(value => (int)Math.Clamp(value, -1, int.MaxValue)),
            ],
            TensorType.I32 => MemoryMarshal.Cast<byte, int>(bytes).ToArray(),
            var other => throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The mapping of {source.Paths[0]} holds {other}, but I32 or I64 is wanted."
            ),
        };
        if (mapping.Any(row => row < 0 || row >= rows))
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The mapping of {source.Paths[0]} points outside the table of {rows} rows."
            );
        }

        return mapping;
    }
}
