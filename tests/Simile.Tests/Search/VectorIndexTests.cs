using Simile.Search;
using Simile.Vectors;

namespace Simile.Tests.Search;

/// <summary>What vectors in memory take.</summary>
public class VectorIndexTests
{
    // The figures of the docs: bytes a vector of 256 values. Ten million of them by 8-bit codes are 2.64 GB, by bits 0.4 GB.
    [Theory]
    [InlineData(VectorCoding.Float32, 1032)]
    [InlineData(VectorCoding.Int8, 264)]
    [InlineData(VectorCoding.Binary, 40)]
    public void AVectorTakesTheBytesThatTheDocsSay(VectorCoding coding, long bytes)
    {
        const int count = 40_000;
        var random = new Random(5);
        var builder = VectorIndex.Empty(new VectorKind(256, SimilarityMetric.Cosine, UnitLength: true), new VectorIndexOptions { Coding = coding }).ToBuilder();
        var vector = new float[256];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            Array.ForEach([.. Enumerable.Range(0, 256)], d => vector[d] = (float)random.NextDouble() - 0.5f);
            UnitLength.Normalize(vector);
            builder.Add(i, vector, isPicture: false);
        }

        var index = builder.Build();
        builder = null;
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(count * bytes, index.Bytes);
        Assert.InRange(taken, count * bytes, (count * bytes * 1.02) + 2_000_000);
        GC.KeepAlive(index);
    }
}
