using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Simile.Engine.Assembly;
using Simile.Engine.Functions;
using Simile.Engine.Memory;
using Simile.Engine.Threads;

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

/// <summary>Which kernels give the same bits: their names in recipes. Found out by computing, on the processor at hand, since that is what
/// the name promises.</summary>
internal static unsafe class BitClass
{
    private const int Steps = 64;

    /// <summary>One rounding for a product and its sum: all levels of a processor with fused multiply-add.</summary>
    public const string Fused = "fused";

    /// <summary>A rounding for each: processors without it.</summary>
    public const string Unfused = "unfused";

    /// <summary>The processor's own products of bfloat16, where they differ from fused ones.</summary>
    public const string OwnHalves = "bf16";

    /// <summary>The name of kernels without an assembler.</summary>
    public static string OfManaged()
    {
        // (1 + e)(1 − e) − 1 is −e² when it is rounded once, and 0 when the product is rounded by itself.
        var e = Vector128.Create(MathF.BitIncrement(1) - 1);
        var rest = Vector128.MultiplyAddEstimate(Vector128<float>.One + e, Vector128<float>.One - e, Vector128.Create(-1f));
        return rest == Vector128<float>.Zero ? Unfused : Fused;
    }

    /// <summary>The name of assembled kernels: that of the managed ones, if a tile of drawn numbers comes out equal, bit for bit. fp32 and
    /// int8 leave no room for a difference.</summary>
    public static string OfAssembled(
        delegate* unmanaged[SuppressGCTransition]<TileCall*, void> assembled,
        ComputePrecision precision,
        delegate* <TileCall*, void> managed
    ) => precision != ComputePrecision.BFloat16 || Agree(assembled, managed) ? OfManaged() : OwnHalves;

    private static bool Agree(delegate* unmanaged[SuppressGCTransition]<TileCall*, void> assembled, delegate* <TileCall*, void> managed)
    {
        using var left = new NativeBuffer();
        using var panel = new NativeBuffer();
        using var sums = new NativeBuffer();
        var tileBytes = TileShape.Rows * TileShape.StepBytes;
        var call = new TileCall
        {
            A = left.Reserve(TileShape.Rows * Steps * 4),
            AStride = Steps * 4,
            Panel = panel.Reserve(Steps * TileShape.StepBytes),
            Steps = Steps,
            C = sums.Reserve(2 * tileBytes),
            CStride = TileShape.StepBytes,
            Rows = TileShape.Rows,
        };
        Draw((ushort*)call.A, TileShape.Rows * Steps * 2, 1);
        Draw((ushort*)call.Panel, Steps * TileShape.StepBytes / 2, 2);
        assembled(&call);
        var first = new Span<byte>(call.C, tileBytes);
        call.C += tileBytes;
        managed(&call);
        return first.SequenceEqual(new Span<byte>(call.C, tileBytes));
    }

    // bfloat16 between ±2⁻⁴ and ±2⁴: every sum rounds.
    private static void Draw(ushort* target, int count, uint seed)
    {
        for (var i = 0; i < count; i++)
        {
            var hash = ((uint)i + (seed << 20)) * 0x9E3779B1u;
            hash = (hash ^ (hash >> 15)) * 0x85EBCA6Bu;
            hash ^= hash >> 13;
            target[i] = (ushort)((hash & 0x807F) | ((123 + ((hash >> 16) & 7)) << 7));
        }
    }
}

/// <summary>Measures what the kernels of a precision reach on this machine.</summary>
internal static unsafe class KernelProbe
{
    private const int Rows = 96;
    private const int Depth = 384;
    private const int Outputs = 1536;
    private const int Blocks = 5;

    /// <summary>The best rate over a few short blocks, in 10⁹ operations a second (a multiplication and an addition are two).</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="threads">Threads, each with a product of its own.</param>
    public static double Measure(TileKernels kernels, int threads)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        var weights = new float[Outputs * Depth];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (i % 17) - 8;
        }

        using var matrix = PackedMatrix.Pack(kernels.Precision, weights, Outputs, Depth, bias: null);
        using var team = new WorkerTeam(threads);
        var best = 0.0;
        for (var block = 0; block <= Blocks; block++)
        {
            var products = block == 0 ? 1 : 40;
            var start = Stopwatch.GetTimestamp();
            team.For(threads, _ => Multiply(kernels, matrix, products));
            best = Math.Max(best, 2.0 * Rows * Depth * Outputs * products * threads / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    private static void Multiply(TileKernels kernels, PackedMatrix matrix, int products)
    {
        using var rows = new ProductRows();
        using var target = new Memory.NativeBuffer();
        rows.Reserve(kernels.Precision, Rows, Depth);
        var row = stackalloc float[Depth];
        for (var i = 0; i < Depth; i++)
        {
            row[i] = (i % 13) - 6;
        }

        for (var i = 0; i < Rows; i++)
        {
            rows.Set(kernels.Precision, i, row, Depth);
        }

        var stride = Memory.RowStride.Of(Outputs * sizeof(float));
        var output = new TileOutput { Target = target.Reserve((long)stride * Rows), Stride = stride };
        for (var i = 0; i < products; i++)
        {
            LinearProduct.Forward(kernels, rows, matrix, new TilePart(0, Rows, 0, matrix.Panels), output, ActivationKind.Identity);
        }
    }
}
