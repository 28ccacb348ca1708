namespace Simile.Imaging.Decoding.WebP;

/// <summary>One picture of a file: where its chunks lie, and where it goes on the canvas.</summary>
internal sealed record WebPFrame
{
    /// <summary>Whether the picture is VP8L; VP8 otherwise.</summary>
    public bool IsLossless { get; init; }

    /// <summary>Where the coded picture lies; the byte that pads it to an even size belongs to it, as in libwebp.</summary>
    public Range Image { get; init; }

    /// <summary>Whether there is a coded picture.</summary>
    public bool HasImage { get; init; }

    /// <summary>Where the ALPH chunk lies; null if there is none.</summary>
    public Range? Alpha { get; init; }

    /// <summary>Columns left of the picture.</summary>
    public int X { get; init; }

    /// <summary>Rows above the picture.</summary>
    public int Y { get; init; }

    /// <summary>Columns.</summary>
    public int Width { get; init; }

    /// <summary>Rows.</summary>
    public int Height { get; init; }
}
