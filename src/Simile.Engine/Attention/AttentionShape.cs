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
