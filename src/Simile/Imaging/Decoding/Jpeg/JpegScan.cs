namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>A scan header (T.81, B.2.3): which components come, with which tables and coefficients.</summary>
internal sealed class JpegScan
{
    private const int MostBlocks = 10;

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
        if (Components.Length > 1 && blocks > MostBlocks)
        {
            throw ImageErrors.Damaged($"its MCUs have {blocks} blocks; {MostBlocks} is the most");
        }

        bool bandFits = First == 0 ? Last == 0 : First <= Last && Last < 64 && Components.Length == 1;
        bool bitFits = (HighBit == 0 || LowBit == HighBit - 1) && LowBit <= 13;
        if (progressive && !(bandFits && bitFits))
        {
            throw ImageErrors.Damaged($"a progressive scan of coefficients {First} to {Last}, bits {HighBit} to {LowBit}");
        }
    }
}
