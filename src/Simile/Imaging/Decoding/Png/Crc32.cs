namespace Simile.Imaging.Decoding.Png;

/// <summary>The checksum of a chunk's type and data (ISO 3309; PNG, annex D).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Remainder((uint)value))];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }
        return ~crc;
    }

    private static uint Remainder(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
        }
        return value;
    }
}
