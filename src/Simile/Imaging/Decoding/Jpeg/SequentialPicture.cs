namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decodes pictures that come in one scan: row of MCUs by row of MCUs, no coefficient is kept.</summary>
internal static class SequentialPicture
{
    /// <summary>Decodes the scan's data into rows.</summary>
    public static void Decode(
        ref JpegInput input,
        JpegFrame frame,
        ScanComponent[] components,
        int restartInterval,
        PictureRows rows,
        DecodeBudget budget
    )
    {
        EntropySegment segment = new(ref input, restartInterval, []);
        Span<short> block = stackalloc short[64];
        for (int row = 0; row < frame.McusDown; row++)
        {
            budget.CheckTime();
            for (int column = 0; column < frame.McusAcross; column++)
            {
                if (segment.Advance(ref input))
                {
                    Array.ForEach(components, component => component.Prediction = 0);
                }

                bool isThere = !segment.Exhausted;
                foreach (ScanComponent component in components)
                {
                    DecodeMcu(segment, component, row, column, isThere, rows.Planes[component.Component.Index], block);
                }

                segment.Check();
            }

            rows.Write(row);
        }
    }

    // Blocks of an MCU that lie outside the picture are decoded, but nobody needs their samples.
    private static void DecodeMcu(
        EntropySegment segment,
        ScanComponent component,
        int mcuRow,
        int mcuColumn,
        bool isThere,
        SamplePlane plane,
        Span<short> block
    )
    {
        ReadOnlySpan<short> factors = component.Component.Quantization;
        for (int i = 0; i < component.DownMcu; i++)
        {
            int row = (mcuRow * component.DownMcu) + i;
            for (int j = 0; j < component.AcrossMcu; j++)
            {
                int column = (mcuColumn * component.AcrossMcu) + j;
                block.Clear();
                if (isThere)
                {
                    SequentialBlock.Decode(ref segment.Bits, component.Dc!, component.Ac!, ref component.Prediction, factors, block);
                }

                if (row < component.Component.BlocksDown && column < component.Component.BlocksAcross)
                {
                    InverseDct.Transform(block, plane.Block(row, column), plane.RowStride);
                }
            }
        }
    }
}
