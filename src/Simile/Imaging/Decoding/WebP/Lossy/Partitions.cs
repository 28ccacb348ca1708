namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Finds the partitions of coefficients behind the first one (RFC 6386, 9.5).</summary>
internal static class Partitions
{
    /// <summary>A decoder for each.</summary>
    /// <param name="data">The frame.</param>
    /// <param name="at">Where the sizes of the partitions are.</param>
    /// <param name="count">Partitions.</param>
    public static BoolDecoder[] Find(byte[] data, int at, int count)
    {
        var partitions = new BoolDecoder[count];
        var start = at + (3 * (count - 1));
        for (var i = 0; i < count; i++, at += 3)
        {
            if (start > data.Length || (start == data.Length && i == count - 1))
            {
                throw ImageErrors.Damaged("it ends before its coefficients");
            }

            // The last partition's size is not written; a partition that is cut short is read as far as it goes.
            var size = i == count - 1 ? int.MaxValue : data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
            var end = start + Math.Min(size, data.Length - start);
            partitions[i] = new BoolDecoder(data, start, end);
            start = end;
        }

        return partitions;
    }
}
