using Simile.Tokenization;

namespace Simile.Text;

/// <summary>What one worker needs for one text after the other.</summary>
internal sealed class TextWorkspace(int dimensions)
{
    public TokenBuffer Tokens { get; } = new();

    public float[] Vector { get; } = new float[dimensions];
}
