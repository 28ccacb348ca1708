using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Simile.Engine.Threads;

namespace Simile.Inference;

/// <summary>Prepared pictures in, vectors out: what our own engine does, and another one can do in its place. Immutable and safe to call
/// from many threads.</summary>
internal interface IImageEncoder : IDisposable
{
    /// <summary>The family's name, such as <c>resnet</c>.</summary>
    string Family { get; }

    /// <summary>Values a vector (D).</summary>
    int Dimensions { get; }

    /// <summary>The only size it takes, or null where any will do.</summary>
    (int Height, int Width)? ImageSize { get; }

    /// <summary>Pictures that best go through it together.</summary>
    int BestBatch { get; }

    /// <summary>The precision and which bits come of it, for the recipe.</summary>
    string Arithmetic { get; }

    /// <summary>Which of the network's outputs the vectors are, where that was chosen; null where there is but one way.</summary>
    string? OwnOutput => null;

    /// <summary>What was chosen or assumed, for the user to read.</summary>
    ImmutableArray<string> Notes => [];

    /// <summary>Runs pictures of one size.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="vectors">Gets (N, D).</param>
    /// <param name="team">Threads that share each step, or null.</param>
    void Forward(PixelBatch pictures, Span<float> vectors, WorkerTeam? team);
}

/// <summary>Prepared pictures of one size.</summary>
/// <param name="values">(N, 3, H, W).</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct PixelBatch(ReadOnlySpan<float> values, int height, int width)
{
    /// <summary>(N, 3, H, W).</summary>
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>H.</summary>
    public int Height => height;

    /// <summary>W.</summary>
    public int Width => width;
}
