using System.Buffers.Binary;

namespace Simile.Imaging.Decoding;

/// <summary>Reads how the camera was held out of an EXIF block: tag 0x0112 of the first directory of a TIFF file (EXIF 2.3,
/// 4.6.4).</summary>
/// <remarks>Broken blocks are read as far as Pillow reads them: up to the first entry whose values lie outside the block.</remarks>
internal static class ExifOrientation
{
    private const int Tag = 0x0112;
    private const int EntryBytes = 12;

    /// <summary>The orientation, 1 to 8; 1 where the block says nothing or nonsense.</summary>
    /// <param name="tiff">The block, with or without "Exif\0\0" before it.</param>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.StartsWith("Exif\0\0"u8))
        {
            tiff = tiff[6..];
        }

        if (tiff.Length < 8 || !IsTiff(tiff))
        {
            return 1;
        }

        var littleEndian = tiff[0] == (byte)'I';
        var directory = UInt32(tiff[4..], littleEndian);
        return directory <= tiff.Length - 2 ? OfDirectory(tiff, (int)directory, littleEndian) : 1;
    }

    // Some writers swap the two bytes of the version; Pillow lets that pass.
    private static bool IsTiff(ReadOnlySpan<byte> tiff) =>
        (tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)) && ((tiff[2] == 42 && tiff[3] == 0) || (tiff[2] == 0 && tiff[3] == 42));

    private static int OfDirectory(ReadOnlySpan<byte> tiff, int at, bool littleEndian)
    {
        var orientation = 1;
        int count = UInt16(tiff[at..], littleEndian);
        at += 2;
        for (; count > 0 && at <= tiff.Length - EntryBytes; count--, at += EntryBytes)
        {
            var entry = tiff.Slice(at, EntryBytes);
            int type = UInt16(entry[2..], littleEndian);
            var bytes = (long)UInt32(entry[4..], littleEndian) * UnitBytes(type);
            var values = bytes <= 4 ? entry[8..] : Outside(tiff, UInt32(entry[8..], littleEndian), bytes);
            if (values.IsEmpty)
            {
                break;
            }

            if (UInt16(entry, littleEndian) == Tag && bytes > 0)
            {
                orientation = Value(values, type, littleEndian);
            }
        }

        return orientation is >= 1 and <= 8 ? orientation : 1;
    }

    private static ReadOnlySpan<byte> Outside(ReadOnlySpan<byte> tiff, long from, long bytes) =>
        from <= tiff.Length - bytes ? tiff.Slice((int)from, (int)bytes) : default;

    private static int Value(ReadOnlySpan<byte> values, int type, bool littleEndian) =>
        type switch
        {
            3 or 8 => UInt16(values, littleEndian),
            4 or 9 or 13 => (int)Math.Min(UInt32(values, littleEndian), 9),
            6 => values[0],
            _ => 1,
        };

    // Entries of an unknown type are passed over, whatever they claim.
    private static int UnitBytes(int type) =>
        type switch
        {
            1 or 2 or 6 or 7 => 1,
            3 or 8 => 2,
            4 or 9 or 11 or 13 => 4,
            5 or 10 or 12 or 16 => 8,
            _ => 0,
        };

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
