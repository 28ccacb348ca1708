namespace Simile.Imaging.Preparation;

/// <summary>What a vision network sees.</summary>
/// <param name="Values">(3, H, W): red, green and blue planes.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal sealed record PreparedImage(float[] Values, int Height, int Width);
