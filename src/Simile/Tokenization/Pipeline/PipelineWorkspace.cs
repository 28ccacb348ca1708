using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Splitting;

namespace Simile.Tokenization.Pipeline;

/// <summary>The memory of one call of a pipeline, reused from call to call.</summary>
internal sealed class PipelineWorkspace(IPieceModel model)
{
    public List<Segment> RawSegments { get; } = [];

    public List<Segment> NormalizedSegments { get; } = [];

    public NormalizedText Normalized { get; } = new();

    public SegmentedText Segmented { get; } = new();

    public SplitScratch Scratch { get; } = new();

    public TokenBuffer Pieces { get; } = new();

    public PieceWorker Worker { get; } = model.IsCached ? new CachingWorker(model.CreateWorker()) : model.CreateWorker();
}
