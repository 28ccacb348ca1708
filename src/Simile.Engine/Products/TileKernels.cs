using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Simile.Engine.Assembly;

namespace Simile.Engine.Products;

/// <summary>The kernels of one precision on this processor. Immutable; what they compute is the same for every number of rows.</summary>
internal sealed unsafe class TileKernels
{
    private readonly AssembledTiles? _assembled;
    private readonly delegate* <TileCall*, void> _managed;

    private TileKernels(ComputePrecision precision, InstructionLevel level, AssembledTiles? assembled)
    {
        Precision = precision;
        Level = level;
        _assembled = assembled;
        _managed = level switch
        {
            InstructionLevel.Vector128 => Managed128(precision),
            InstructionLevel.Vector256 => Managed256(precision),
            _ => Managed512(precision),
        };
        Bits = assembled is null ? BitClass.OfManaged() : BitClass.OfAssembled(assembled.For(TileShape.Rows), precision, _managed);
    }

    /// <summary>What the products compute in.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>The instructions in use.</summary>
    public InstructionLevel Level { get; }

    /// <summary>The kind of bits that these kernels give, for recipes: levels of one precision with equal bits have the same.</summary>
    public string Bits { get; }

    /// <summary>The fastest level of this processor for a precision.</summary>
    public static InstructionLevel Best(ComputePrecision precision) => Create(precision, InstructionLevel.Assembled).Level;

    /// <summary>Takes the fastest kernels up to a level. Where the processor or the system refuses it, the next lower one is
    /// taken.</summary>
    public static TileKernels Create(ComputePrecision precision, InstructionLevel highest = InstructionLevel.Assembled)
    {
        if (highest == InstructionLevel.Assembled && AssembledTiles.TryCreate(precision) is { } assembled)
        {
            return new TileKernels(precision, InstructionLevel.Assembled, assembled);
        }

        var limit =
            Vector512.IsHardwareAccelerated ? InstructionLevel.Vector512
            : Vector256.IsHardwareAccelerated && Fma.IsSupported ? InstructionLevel.Vector256
            : InstructionLevel.Vector128;
        return new TileKernels(precision, highest < limit ? highest : limit, assembled: null);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Run(TileCall* call)
    {
        if (_assembled is { } assembled)
        {
            assembled.For((int)call->Rows)(call);
        }
        else
        {
            _managed(call);
        }
    }

    private static delegate* <TileCall*, void> Managed128(ComputePrecision precision) =>
        precision switch
        {
            ComputePrecision.Float32 => &VectorTile<Vector128<uint>, FloatStep128>.Run,
            ComputePrecision.BFloat16 => &VectorTile<Vector128<uint>, BFloat16Step128>.Run,
            _ => &VectorTile<Vector128<uint>, Int8Step128>.Run,
        };

    private static delegate* <TileCall*, void> Managed256(ComputePrecision precision) =>
        precision switch
        {
            ComputePrecision.Float32 => &VectorTile<Vector256<uint>, FloatStep256>.Run,
            ComputePrecision.BFloat16 => &VectorTile<Vector256<uint>, BFloat16Step256>.Run,
            _ => &VectorTile<Vector256<uint>, Int8Step256>.Run,
        };

    private static delegate* <TileCall*, void> Managed512(ComputePrecision precision) =>
        precision switch
        {
            ComputePrecision.Float32 => &VectorTile<Vector512<uint>, FloatStep512>.Run,
            ComputePrecision.BFloat16 => &VectorTile<Vector512<uint>, BFloat16Step512>.Run,
            _ => &VectorTile<Vector512<uint>, Int8Step512>.Run,
        };
}
