using Simile.Engine.Assembly;
using Simile.Engine.Memory;
using Simile.Engine.Products;

namespace Simile.Engine.Attention;

/// <summary>The shape of a layer's attention.</summary>
/// <param name="Heads">Heads.</param>
/// <param name="HeadSize">Values a head (d).</param>
/// <param name="Window">A query sees keys at most this far away on either side; 0 for all.</param>
/// <param name="Causal">A query sees no key behind its own place.</param>
/// <param name="Scale">What scores are multiplied by, 1 / √d as a rule.</param>
internal sealed record AttentionShape(int Heads, int HeadSize, int Window, bool Causal, float Scale)
{
    /// <summary>A shape; a scale of 0 stands for 1 / √d.</summary>
    public static AttentionShape Of(int heads, int headSize, int window, bool causal = false, float scale = 0) =>
        new(heads, headSize, window, causal, scale == 0 ? 1f / MathF.Sqrt(headSize) : scale);

    /// <summary>Values of all heads.</summary>
    public int Width => Heads * HeadSize;

    /// <summary>The first key that a query sees.</summary>
    public int FirstKey(int query) => Window == 0 ? 0 : Math.Max(0, query - Window);

    /// <summary>The key after the last one that a query sees.</summary>
    public int EndKey(int query, int length) =>
        Causal ? Math.Min(length, query + 1)
        : Window == 0 ? length
        : Math.Min(length, query + Window + 1);
}

/// <summary>One worker's memory for one head of one sequence: packed keys and values, and a tile of scores.</summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    /// <summary>Keys that are scored at a time; a longer text is taken in blocks, so no (T, T) matrix ever exists.</summary>
    public const int KeyBlock = 512;

    private readonly NativeBuffer _keys = new();
    private readonly NativeBuffer _values = new();
    private readonly NativeBuffer _queries = new();
    private readonly NativeBuffer _tile = new();

    /// <summary>Panels of keys, (T / 32 panels, d, 32).</summary>
    public byte* Keys { get; private set; }

    /// <summary>Panels of values, (d / 32 panels, T, 32).</summary>
    public byte* Values { get; private set; }

    /// <summary>Queries in bfloat16, (T, d).</summary>
    public ushort* Queries { get; private set; }

    /// <summary>(12, KeyBlock).</summary>
    public float* Scores { get; private set; }

    /// <summary>(12, KeyBlock) in the form of the products' left side.</summary>
    public byte* Weights { get; private set; }

    /// <summary>(12, d rounded up to 32): the weighted sum of values so far.</summary>
    public float* Sums { get; private set; }

    /// <summary>(12, 32): a product before it is added.</summary>
    public float* Product { get; private set; }

    /// <summary>(12): the largest score so far.</summary>
    public float* Largest { get; private set; }

    /// <summary>(12): the sum of weights so far.</summary>
    public float* Totals { get; private set; }

    /// <summary>Makes room for a sequence.</summary>
    public void Reserve(ComputePrecision precision, int length, int headSize)
    {
        var padded = TileShape.Panels(length) * TileShape.Columns;
        var width = TileShape.Panels(headSize) * TileShape.Columns;
        Keys = _keys.Reserve((long)TileShape.Panels(length) * TileShape.Steps(precision, headSize) * TileShape.StepBytes);
        Values = _values.Reserve((long)TileShape.Panels(headSize) * TileShape.Steps(precision, padded) * TileShape.StepBytes);
        Queries = (ushort*)_queries.Reserve((long)length * headSize * sizeof(ushort));
        var block = TileShape.Rows * KeyBlock;
        Scores = _tile.ReserveFloats((2 * block) + (TileShape.Rows * (width + TileShape.Columns + 2)));
        Weights = (byte*)(Scores + block);
        Sums = Scores + (2 * block);
        Product = Sums + (TileShape.Rows * width);
        Largest = Product + (TileShape.Rows * TileShape.Columns);
        Totals = Largest + TileShape.Rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
        _queries.Dispose();
        _tile.Dispose();
    }
}
