using Simile.Engine.Products;

namespace Simile.Engine.Assembly;

/// <summary>The assembled kernels of one precision, one for each number of rows.</summary>
internal sealed unsafe class AssembledTiles
{
    private const int Alignment = 64;
    private readonly byte*[] _entries;

    private AssembledTiles(byte*[] entries) => _entries = entries;

    /// <summary>The kernel for a number of rows, 1 … 12.</summary>
    public delegate* unmanaged[SuppressGCTransition]<TileCall*, void> For(int rows) =>
        (delegate* unmanaged[SuppressGCTransition]<TileCall*, void>)_entries[rows];

    /// <summary>Assembles the kernels, or gives null where the processor lacks the instruction or the system refuses the memory.</summary>
    public static AssembledTiles? TryCreate(ComputePrecision precision)
    {
        var has = precision switch
        {
            ComputePrecision.Float32 => ProcessorFeatures.HasAvx512,
            ComputePrecision.BFloat16 => ProcessorFeatures.HasBFloat16,
            _ => ProcessorFeatures.HasVnni,
        };
        return has ? Place(precision) : null;
    }

    private static AssembledTiles? Place(ComputePrecision precision)
    {
        var code = new List<byte>();
        var offsets = new int[TileShape.Rows + 1];
        for (var rows = 1; rows <= TileShape.Rows; rows++)
        {
            code.AddRange(new byte[(Alignment - (code.Count % Alignment)) % Alignment]);
            offsets[rows] = code.Count;
            code.AddRange(TileAssembler.Assemble(precision, rows, OperatingSystem.IsWindows()));
        }

        if (ExecutableMemory.TryCreate(code.ToArray()) is not { } memory)
        {
            return null;
        }

        var entries = new byte*[TileShape.Rows + 1];
        for (var rows = 1; rows <= TileShape.Rows; rows++)
        {
            entries[rows] = memory.Start + offsets[rows];
        }

        return new AssembledTiles(entries);
    }
}
