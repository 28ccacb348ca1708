using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>How a macroblock is foretold, and which of its blocks have coefficients.</summary>
internal struct Macroblock
{
    /// <summary>Its segment.</summary>
    public byte Segment;

    /// <summary>Whether it says that it has no coefficients.</summary>
    public bool Skips;

    /// <summary>Whether each subblock has a mode of its own.</summary>
    public bool IsSubdivided;

    /// <summary>The modes of its 16 subblocks; all the same if it is not subdivided.</summary>
    public ModeArray Modes;

    /// <summary>The mode of both chroma blocks.</summary>
    public SubblockMode Chroma;

    /// <summary>For each of 16 luma and 8 chroma blocks: 0 without coefficients, 1 for the first alone, 2 for more.</summary>
    public CountArray Filled;

    /// <summary>Whether any block has coefficients.</summary>
    public bool HasCoefficients;

    [InlineArray(16)]
    public struct ModeArray
    {
        private SubblockMode _first;
    }

    [InlineArray(24)]
    public struct CountArray
    {
        private byte _first;
    }
}
