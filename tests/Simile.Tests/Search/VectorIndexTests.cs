using System.Reflection;
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
        var builder = VectorIndex
            .Empty(new VectorKind(256, SimilarityMetric.Cosine, UnitLength: true), new VectorIndexOptions { Coding = coding })
            .ToBuilder();
        var vector = new float[256];
        for (var i = 0; i < count; i++)
        {
            for (var d = 0; d < vector.Length; d++)
            {
                vector[d] = (float)random.NextDouble() - 0.5f;
            }

            UnitLength.Normalize(vector);
            builder.Add(i, vector, isPicture: false);
        }

        var index = builder.Build();
        Assert.Equal(count * bytes, index.Bytes);
        Assert.InRange(BytesOfArrays(index), count * bytes, count * bytes * 1.01);
    }

    // Whatever can be reached from an object and is large is an array.
    private static long BytesOfArrays(object root)
    {
        var (seen, left, bytes) = (new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object>([root]), 0L);
        while (left.TryPop(out var next))
        {
            if (!seen.Add(next))
            {
                continue;
            }

            var type = next.GetType();
            if (next is Array { Rank: 1 } array && type.GetElementType()!.IsPrimitive)
            {
                bytes += Buffer.ByteLength(array);
                continue;
            }

            var parts = next is Array items ? items.Cast<object?>() : FieldsOf(type).Select(field => field.GetValue(next));
            foreach (var part in parts.Where(part => part is not null && part is not (string or Type or Delegate or Pointer)))
            {
                left.Push(part!);
            }
        }

        return bytes;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            foreach (
                var field in declaring
                    .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                    .Where(field => !field.FieldType.IsPrimitive)
            )
            {
                yield return field;
            }
        }
    }
}
