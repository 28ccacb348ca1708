namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>One component of a frame: luminance, a chrominance, or an ink.</summary>
internal sealed class JpegComponent(int index, byte id, int horizontal, int vertical, int quantizationSlot)
{
    private readonly int _quantizationSlot = quantizationSlot;

    /// <summary>Its place in the frame.</summary>
    public int Index => index;

    /// <summary>Its name in scans.</summary>
    public byte Id => id;

    /// <summary>Blocks of an MCU across.</summary>
    public int Horizontal { get; private set; } = horizontal;

    /// <summary>Blocks of an MCU down.</summary>
    public int Vertical { get; private set; } = vertical;

    /// <summary>Samples of a row that belong to the picture.</summary>
    public int Width { get; private set; }

    /// <summary>Rows of samples that belong to the picture.</summary>
    public int Height { get; private set; }

    /// <summary>Blocks across that hold samples of the picture.</summary>
    public int BlocksAcross { get; private set; }

    /// <summary>Blocks down that hold samples of the picture.</summary>
    public int BlocksDown { get; private set; }

    /// <summary>The quantization table of its first scan, in zigzag order with <see cref="Zigzag.Overrun"/> more entries; zeros before that
    /// scan.</summary>
    public short[]? Quantization { get; private set; }

    /// <summary>An only component counts as sampled once, whatever it says.</summary>
    public void SampleOnce() => (Horizontal, Vertical) = (1, 1);

    /// <summary>Takes its size from the frame's.</summary>
    public void Measure(JpegFrame frame)
    {
        Width = DivideUp((long)frame.Width * Horizontal, frame.Horizontal);
        Height = DivideUp((long)frame.Height * Vertical, frame.Vertical);
        BlocksAcross = DivideUp((long)frame.Width * Horizontal, frame.Horizontal * 8);
        BlocksDown = DivideUp((long)frame.Height * Vertical, frame.Vertical * 8);
    }

    /// <summary>Keeps the quantization table that its first scan finds; later ones in the same slot are not its own.</summary>
    public void KeepQuantization(JpegTables tables)
    {
        if (Quantization is null)
        {
            ushort[] table = tables.Quantization(_quantizationSlot);
            Quantization = new short[64 + Zigzag.Overrun];
            for (int i = 0; i < Quantization.Length; i++)
            {
                Quantization[i] = (short)table[Math.Min(i, 63)];
            }
        }
    }

    /// <summary>a / b, rounded up.</summary>
    public static int DivideUp(long a, int b) => (int)((a + b - 1) / b);
}
