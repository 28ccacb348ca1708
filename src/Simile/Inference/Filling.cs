namespace Simile.Inference;

/// <summary>Fills texts up to one length, for networks whose attention sees the filling (SigLIP).</summary>
/// <param name="id">The token that fills.</param>
/// <param name="length">The length.</param>
internal sealed class Filling(int id, int length)
{
    /// <summary>The texts, none shorter than the length.</summary>
    public int[][] Fill(IReadOnlyList<int[]> texts) => [.. texts.Select(text => text.Length >= length ? text : Fill(text))];

    private int[] Fill(int[] text)
    {
        var filled = new int[length];
        text.CopyTo(filled, 0);
        filled.AsSpan(text.Length).Fill(id);
        return filled;
    }
}
