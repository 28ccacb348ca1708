using Simile.Images;

namespace Simile;

/// <summary>A text or a picture: what a mixed collection consists of. A string is one, and so is an <see cref="ImageInput"/>.</summary>
public sealed class Content
{
    private Content(string? text, ImageInput? image) => (Text, Image) = (text, image);

    /// <summary>The text, or null when this is a picture.</summary>
    public string? Text { get; }

    /// <summary>The picture, or null when this is a text.</summary>
    public ImageInput? Image { get; }

    /// <summary>A text.</summary>
    public static implicit operator Content(string text) => Of(text);

    /// <summary>A picture.</summary>
    public static implicit operator Content(ImageInput image) => Of(image);

    /// <summary>A text.</summary>
    public static Content Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Content(text, null);
    }

    /// <summary>A picture.</summary>
    public static Content Of(ImageInput image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new Content(null, image);
    }
}
