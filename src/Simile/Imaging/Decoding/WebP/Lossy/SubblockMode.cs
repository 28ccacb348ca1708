namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>How a block is foretold (RFC 6386, 8). The first four serve whole macroblocks and chroma, too; the others' order is that of the
/// tables.</summary>
internal enum SubblockMode : byte
{
    Mean,
    TrueMotion,
    Vertical,
    Horizontal,
    RightDown,
    VerticalRight,
    LeftDown,
    VerticalLeft,
    HorizontalDown,
    HorizontalUp,
}
