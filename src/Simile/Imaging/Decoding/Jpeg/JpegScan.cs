namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>A scan header (T.81, B.2.3): which components come, with which tables and coefficients.</summary>
internal sealed class JpegScan
{
    private const int MaxBlocks = 10;

    private JpegScan(JpegComponent[] components, byte[] tableSlots, ReadOnlySpan<byte> progression)
    {
        (Components, TableSlots) = (components, tableSlots);
        (First, Last) = (progression[0], progression[1]);
        (HighBit, LowBit) = (progression[2] >> 4, progression[2] & 15);
    }

    /// <summary>The components, in the order of their blocks.</summary>
    public JpegComponent[] Components { get; }

    /// <summary>For each component: slot of its DC table × 16 + slot of its AC table.</summary>
    public byte[] TableSlots { get; }

    /// <summary>The first coefficient, in zigzag order.</summary>
    public int First { get; }

    /// <summary>The last coefficient.</summary>
    public int Last { get; }

    /// <summary>The lowest bit known before; 0 for a first scan.</summary>
    public int HighBit { get; }

    /// <summary>The lowest bit of this scan.</summary>
    public int LowBit { get; }

    /// <summary>Reads a scan header.</summary>
    public static JpegScan Read(JpegFrame frame, ReadOnlySpan<byte> segment)
    {
        int count = segment.IsEmpty ? 0 : segment[0];
        if (count is < 1 or > 4 || segment.Length != 4 + (2 * count))
        {
            throw ImageErrors.Damaged($"a scan header of {segment.Length} bytes for {count} components");
        }

        JpegComponent[] components = new JpegComponent[count];
        byte[] slots = new byte[count];
        for (int i = 0; i < count; i++)
        {
            byte id = segment[1 + (2 * i)];
            components[i] =
                Array.Find(frame.Components, component => component.Id == id && !components.Contains(component))
                ?? throw ImageErrors.Damaged($"a scan names component {id}, which is not there or has been named");
            slots[i] = segment[2 + (2 * i)];
        }

        JpegScan scan = new(components, slots, segment[^3..]);
        scan.Check(frame.Progressive);
        return scan;
    }

    private void Check(bool progressive)
    {
        int blocks = Components.Sum(component => component.Horizontal * component.Vertical);
        if (Components.Length > 1 && blocks > MaxBlocks)
        {
            throw ImageErrors.Damaged($"its MCUs have {blocks} blocks; {MaxBlocks} is the most");
        }

        bool bandFits = First == 0 ? Last == 0 : First <= Last && Last < 64 && Components.Length == 1;
        bool bitFits = (HighBit == 0 || LowBit == HighBit - 1) && LowBit <= 13;
        if (progressive && !(bandFits && bitFits))
        {
            throw ImageErrors.Damaged($"a progressive scan of coefficients {First} to {Last}, bits {HighBit} to {LowBit}");
        }
    }
}

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

/// <summary>A component during a scan.</summary>
/// <param name="component">The component.</param>
/// <param name="acrossMcu">Its blocks of an MCU across.</param>
/// <param name="downMcu">Its blocks of an MCU down.</param>
internal sealed class ScanComponent(JpegComponent component, int acrossMcu, int downMcu)
{
    /// <summary>The component.</summary>
    public JpegComponent Component => component;

    /// <summary>Its blocks of an MCU across.</summary>
    public int AcrossMcu => acrossMcu;

    /// <summary>Its blocks of an MCU down.</summary>
    public int DownMcu => downMcu;

    /// <summary>Its table of DC differences, where the scan has them.</summary>
    public HuffmanTable? Dc { get; init; }

    /// <summary>Its table of AC coefficients, where the scan has them.</summary>
    public HuffmanTable? Ac { get; init; }

    /// <summary>Its last DC coefficient. A field, so that it can be passed by reference.</summary>
    public int Prediction;
}
