namespace Simile.Engine.Encoders;

/// <summary>Where a layer normalizes.</summary>
internal enum NormPlacement
{
    /// <summary>Behind each residual sum, as in BERT.</summary>
    After,

    /// <summary>Before attention and before the feed-forward part, as in ModernBERT; with output norms also behind each, before the
    /// residual sum, as in Gemma.</summary>
    Before,
}
