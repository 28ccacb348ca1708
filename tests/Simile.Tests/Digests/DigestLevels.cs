using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Simile.Engine.Products;

namespace Simile.Tests.Digests;

/// <summary>The instruction levels that this process has. A processor without fused multiply-add rounds twice where others round once, so
/// its level has a name of its own.</summary>
public static class DigestLevels
{
    private static bool Fuses =>
        Vector128.MultiplyAddEstimate(Vector128.Create(1f + 1e-7f), Vector128.Create(1f - 1e-7f), Vector128.Create(-1f))
        != Vector128<float>.Zero;

    /// <summary>The levels of a precision, each with its name in the list.</summary>
    public static IEnumerable<(InstructionLevel Level, string Name)> Of(ComputePrecision precision) =>
        Enum.GetValues<InstructionLevel>()
            .Where(level => TileKernels.Create(precision, level).Level == level)
            .Select(level => (level, $"{level}{(Fuses ? string.Empty : " unfused")}"));

    /// <summary>The processor's own words for itself, with its family, model and stepping as CPUID packs them.</summary>
    public static string Machine()
    {
        if (!X86Base.IsSupported)
        {
            return System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        }

        var words = new List<byte>();
        for (var leaf = 0x80000002; leaf <= 0x80000004; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId(unchecked((int)leaf), 0);
            words.AddRange(((int[])[a, b, c, d]).SelectMany(BitConverter.GetBytes));
        }

        var name = System.Text.Encoding.ASCII.GetString([.. words]).TrimEnd('\0').Trim();
        return $"{name} ({X86Base.CpuId(1, 0).Eax:X8})";
    }
}
