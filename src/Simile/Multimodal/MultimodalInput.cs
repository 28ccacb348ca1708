using Simile.Images;

namespace Simile.Multimodal;

/// <summary>A text, a picture, or both together. What is missing is null; it is never taken for zeros.</summary>
/// <param name="Text">The text, or null.</param>
/// <param name="Image">The picture, or null.</param>
public sealed record MultimodalInput(string? Text, ImageInput? Image = null);
