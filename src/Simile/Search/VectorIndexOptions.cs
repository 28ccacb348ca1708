namespace Simile.Search;

/// <summary>How the vectors of a store are held in memory, D values each.</summary>
public enum VectorCoding
{
    /// <summary>As they are: 4 D + 8 bytes a vector. Every answer is exact.</summary>
    Float32,

    /// <summary>A byte a value: D + 8 bytes a vector, 264 for 256 values. The best by these are scored again from the stored
    /// floats.</summary>
    Int8,

    /// <summary>A bit a value: D / 8 + 8 bytes a vector, 40 for 256 values. The best by these are scored again from the stored floats.
    /// For vectors that are compared by their direction.</summary>
    Binary,
}

/// <summary>How a store searches its vectors.</summary>
public sealed record VectorIndexOptions
{
    /// <summary>How they are held in memory. Default: as floats, which is exact.</summary>
    public VectorCoding Coding { get; init; }

    /// <summary>Chunks that are scored again for each one wanted, where vectors are held as codes. Default: null, 4 for
    /// <see cref="VectorCoding.Int8"/> and 32 for <see cref="VectorCoding.Binary"/>.</summary>
    public int? Oversampling { get; init; }

    /// <summary>Threads of one search; they never change an answer. Default: 1, so that many searches at once share the cores.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Chunks that are scored again for each one wanted.</summary>
    internal int Candidates => Oversampling ?? (Coding == VectorCoding.Binary ? 32 : 4);

    internal VectorIndexOptions Checked() =>
        Threads >= 1 && Oversampling is null or >= 1
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"Vectors are to be searched by {Threads} threads with {Oversampling} candidates for each answer, but at least 1 of "
                    + "each is needed."
            );
}
