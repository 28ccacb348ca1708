namespace Simile.Imaging.Decoding.Bmp;

/// <summary>How pixels are stored.</summary>
internal enum BmpCompression : uint
{
    None = 0,
    RunLength8 = 1,
    RunLength4 = 2,
    BitFields = 3,
}
