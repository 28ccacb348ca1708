namespace Simile.Pipelines.Bulk;

/// <summary>How far a bulk embedding has come in its input.</summary>
/// <param name="Rows">Lines embedded, and rows written.</param>
/// <param name="Bytes">Bytes of the input that these lines take.</param>
/// <param name="Digest">SHA-256 of these bytes, so that a run is continued with the same input only.</param>
/// <param name="Failed">Rows without a vector.</param>
public sealed record BulkPosition(long Rows, long Bytes, string Digest, long Failed)
{
    /// <summary>Nothing is done yet.</summary>
    public static BulkPosition Start { get; } = new(0, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0);
}
