using System.Runtime.InteropServices;

namespace Simile.Engine.Attention;

/// <summary>One head of one sequence: where its queries, keys and values lie, and where its context goes.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct HeadInput
{
    /// <summary>(T, d), rows <see cref="Stride"/> floats apart; the same for the two below.</summary>
    public float* Queries;

    public float* Keys;

    public float* Values;

    /// <summary>Floats from one row of the three to the next.</summary>
    public int Stride;

    /// <summary>T.</summary>
    public int Length;

    /// <summary>(T, d), rows <see cref="ContextStride"/> floats apart.</summary>
    public float* Context;

    public int ContextStride;

    /// <summary>Added to scores by the distance key − query, divided by the scale beforehand: element 0 is distance 0. Null for
    /// none.</summary>
    public float* Bias;
}
