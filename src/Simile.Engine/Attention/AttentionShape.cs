namespace Simile.Engine.Attention;

/// <summary>The shape of a layer's attention.</summary>
/// <param name="Heads">Heads.</param>
/// <param name="HeadSize">Values a head (d).</param>
/// <param name="Window">A query sees keys at most this far away on either side; 0 for all.</param>
internal sealed record AttentionShape(int Heads, int HeadSize, int Window)
{
    /// <summary>Values of all heads.</summary>
    public int Width => Heads * HeadSize;

    /// <summary>1 / √d, by which scores are scaled.</summary>
    public float Scale => 1f / MathF.Sqrt(HeadSize);
}
