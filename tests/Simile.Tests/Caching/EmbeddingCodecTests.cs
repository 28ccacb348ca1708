using System.Text;
using Simile.Caching;

namespace Simile.Tests.Caching;

public class EmbeddingCodecTests
{
    private static readonly CacheKey Key = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, counting up; and the usual check value of CRC catalogues.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AAu)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43u)]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0x46DD794Eu)]
    [InlineData("313233343536373839", 0xE3069283u)]
    public void TheChecksumIsThatOfTheStandard(string bytes, uint expected) =>
        Assert.Equal(expected, ~EmbeddingCodec.Crc(uint.MaxValue, Convert.FromHexString(bytes)));

    [Theory]
    [InlineData(CachePrecision.Float32)]
    [InlineData(CachePrecision.Float16)]
    public void EveryChangedBitAndEveryCutIsNoticed(CachePrecision precision)
    {
        var bytes = EmbeddingCodec.Encode(new CacheEntry(Key, new CachedEmbedding(new[] { 0.5f, -1, 0.25f }, 300, 256, true)), precision);
        var value = EmbeddingCodec.TryDecode(Key, bytes)!;
        Assert.Equal([0.5f, -1, 0.25f], value.Vector.ToArray());
        Assert.Equal(
            (300, 256, true, precision == CachePrecision.Float16),
            (value.TokensSeen, value.TokensUsed, value.Truncated, value.IsRounded)
        );
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(EmbeddingCodec.TryDecode(Key, bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(EmbeddingCodec.TryDecode(Key, bytes.AsSpan(0, length)));
        }

        Assert.Null(EmbeddingCodec.TryDecode(Key, [.. bytes, 0]));
        Assert.Null(EmbeddingCodec.TryDecode(new CacheKey(new byte[32]), bytes));
    }

    [Fact]
    public void WideningIsThatOfTheRuntimeForEveryFiniteHalf()
    {
        var all = Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite).ToArray();
        Assert.Equal(Array.ConvertAll(all, half => (float)half), HalfVector.Widen(all));
    }

    [Fact]
    public void KeysAreTheDigestsTheyWereMadeOf()
    {
        Assert.Equal("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", Key.ToString());
        Assert.Equal(Key, new CacheKey(Key.ToArray()));
        Assert.Throws<ArgumentException>(() => new CacheKey(Encoding.ASCII.GetBytes("short")));
    }
}
