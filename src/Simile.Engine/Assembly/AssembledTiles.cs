using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

/// <summary>What CPUID says beyond what .NET has intrinsics for. Intel's Software Developer's Manual, volume 2A, CPUID leaf 7.</summary>
internal static class ProcessorFeatures
{
    private const int Leaf = 7;
    private const int VnniBit = 11;
    private const int BFloat16Bit = 5;

    /// <summary>AVX-512 F and BW are there and .NET may use them (which covers the operating system's part).</summary>
    public static bool HasAvx512 =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512BW.IsSupported && X86Base.X64.IsSupported;

    /// <summary>AVX-512 VNNI: dot products of 8-bit integers.</summary>
    public static bool HasVnni => HasAvx512 && HighestLeaf >= Leaf && IsSet(X86Base.CpuId(Leaf, 0).Ecx, VnniBit);

    /// <summary>AVX-512 BF16: dot products of bfloat16 pairs.</summary>
    public static bool HasBFloat16 =>
        HasAvx512 && HighestLeaf >= Leaf && X86Base.CpuId(Leaf, 0).Eax >= 1 && IsSet(X86Base.CpuId(Leaf, 1).Eax, BFloat16Bit);

    private static int HighestLeaf => X86Base.CpuId(0, 0).Eax;

    private static bool IsSet(int register, int bit) => ((register >> bit) & 1) != 0;
}
