using Simile.Engine.Assembly;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>How the places of a convolution's output are cut into tasks: blocks of places that fit the second-level cache, times runs of
/// panels where there are fewer blocks than threads.</summary>
/// <param name="Length">Places that are cut into blocks together: an image's, or all.</param>
/// <param name="Count">How many times.</param>
/// <param name="Block">Places of a block.</param>
/// <param name="Chunks">Runs of panels.</param>
/// <param name="Panels">Panels in all.</param>
internal readonly record struct ConvolutionBlocks(int Length, int Count, int Block, int Chunks, int Panels)
{
    private const int BlockBytes = 384 << 10;
    private const int MostBlockRows = 16 * TileShape.Rows;

    // Smaller images waste too much of their last tile to be cut one by one.
    private const int LeastPlacesByImage = 512;

    /// <summary>Whether no block holds places of two images, so that each image's largest value is known when the blocks are
    /// done.</summary>
    public bool ByImage { get; private init; }

    /// <summary>Tasks in all.</summary>
    public int Tasks => Count * BlocksEach * Chunks;

    private int BlocksEach => (Length + Block - 1) / Block;

    /// <summary>Cuts an output.</summary>
    public static ConvolutionBlocks Of(Convolution convolution, FeatureMap output, WorkerTeam? team)
    {
        var byImage =
            convolution.Matrix.Precision == ComputePrecision.Int8
            && convolution.Outputs % 16 == 0
            && output.PixelsPerImage >= LeastPlacesByImage;
        var (length, count) = byImage ? (output.PixelsPerImage, output.Images) : (output.Pixels, 1);
        var block =
            Math.Clamp(BlockBytes / (convolution.Matrix.Steps * 4) / TileShape.Rows, 1, MostBlockRows / TileShape.Rows) * TileShape.Rows;
        var blocks = count * ((length + block - 1) / block);
        var chunks = team is null ? 1 : Math.Clamp(2 * team.Threads / blocks, 1, convolution.Matrix.Panels);
        return new ConvolutionBlocks(length, count, block, chunks, convolution.Matrix.Panels) { ByImage = byImage };
    }

    /// <summary>The places and panels of a task.</summary>
    public TilePart Part(int task)
    {
        var (block, chunk) = (task / Chunks, task % Chunks);
        var start = block / BlocksEach * Length;
        var first = start + (block % BlocksEach * Block);
        return new TilePart(first, Math.Min(start + Length, first + Block), chunk * Panels / Chunks, (chunk + 1) * Panels / Chunks);
    }

    /// <summary>The largest value of each image, from that of each task.</summary>
    public float[] LargestByImage(float[] byTask) => [.. byTask.Chunk(Tasks / Count).Select(tasks => tasks.Max())];
}
