using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Simile.Engine.Assembly;

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
