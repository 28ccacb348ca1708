namespace Simile.Monitoring;

/// <summary>From where on vectors count as drifted.</summary>
public sealed record DriftOptions
{
    /// <summary>The lowest cosine that an input embedded again may have to its vector of then. Default: 0.999. One model in 32 bits on
    /// another processor stays above 0.999999; other weights, another tokenizer or another pooling fall far below, and so may another
    /// precision: keep a baseline a precision, or lower this.</summary>
    public float LowestCosine { get; init; } = 0.999f;

    /// <summary>How much farther, in cosine, today's inputs may lie from the sample than the sample's inputs lie from each other. Default:
    /// 0.1, a rule of thumb: measure what is usual for your inputs.</summary>
    public float Distance { get; init; } = 0.1f;

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    internal DriftOptions Checked() =>
        LowestCosine is >= -1 and <= 1 && Distance is >= 0 and <= 2
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"{nameof(LowestCosine)} is {LowestCosine} and {nameof(Distance)} {Distance}; expected are -1 to 1 and 0 to 2."
            );
}
