namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>What a kind of coefficients is multiplied with.</summary>
internal readonly record struct Scale(int Direct, int Alternating);

/// <summary>How strongly a macroblock's edges are smoothed (RFC 6386, 15).</summary>
/// <param name="Limit">The largest step across an edge that is smoothed; 0 for none at all.</param>
/// <param name="Interior">The largest step beside it.</param>
/// <param name="HighVariance">From which step on a neighbourhood counts as uneven.</param>
internal readonly record struct Smoothing(int Limit, int Interior, int HighVariance);

/// <summary>What the macroblocks of a segment share.</summary>
internal sealed record Segment(Scale Luma, Scale Second, Scale Chroma, Smoothing Whole, Smoothing Subdivided);
