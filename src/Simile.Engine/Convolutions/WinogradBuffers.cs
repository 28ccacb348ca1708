using Simile.Engine.Assembly;
using Simile.Engine.Memory;
using Simile.Engine.Products;

namespace Simile.Engine.Convolutions;

/// <summary>The transformed tiles of a block: sixteen matrices (tiles, C) and sixteen (tiles, O).</summary>
internal sealed unsafe class WinogradBuffers : IDisposable
{
    private readonly NativeBuffer _inputs = new();
    private readonly NativeBuffer _outputs = new();
    private readonly NativeBuffer _zeros = new();
    private int _tiles;

    /// <summary>Bytes from one tile's row to the next.</summary>
    public int InputStride { get; private set; }

    /// <summary>Bytes from one tile's row to the next.</summary>
    public int OutputStride { get; private set; }

    /// <summary>Floats from a tile's row in one matrix to that in the next.</summary>
    public nint InputStep => (nint)_tiles * InputStride / sizeof(float);

    /// <summary>Floats from a tile's row in one matrix to that in the next.</summary>
    public nint OutputStep => (nint)_tiles * OutputStride / sizeof(float);

    /// <summary>A pixel beyond the edge.</summary>
    public float* Zeros => (float*)_zeros.Data;

    /// <summary>Makes room for a block.</summary>
    public void Reserve(Convolution convolution, int tiles)
    {
        _tiles = tiles;
        InputStride = RowStride.Of(convolution.Inputs * sizeof(float));
        OutputStride = RowStride.Of(TileShape.Panels(convolution.Outputs) * TileShape.StepBytes);
        _inputs.Reserve((long)InputStride * tiles * WinogradWeights.Products);
        _outputs.Reserve((long)OutputStride * tiles * WinogradWeights.Products);
        new Span<float>(_zeros.ReserveFloats(convolution.Inputs), convolution.Inputs).Clear();
    }

    /// <summary>A tile's row of an input matrix.</summary>
    public float* Inputs(int product, int tile) => (float*)(_inputs.Data + ((((nint)product * _tiles) + tile) * InputStride));

    /// <summary>A tile's row of an output matrix.</summary>
    public float* Outputs(int product, int tile) => (float*)(_outputs.Data + ((((nint)product * _tiles) + tile) * OutputStride));

    public void Dispose()
    {
        _inputs.Dispose();
        _outputs.Dispose();
        _zeros.Dispose();
    }
}
