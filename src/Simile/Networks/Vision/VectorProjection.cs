using Simile.Engine.Checkpoints;
using Simile.Engine.Kernels;

namespace Simile.Networks.Vision;

/// <summary>The product behind a network that brings its features into the space of a text tower: y = W x + b.</summary>
/// <param name="weights">W, (D, C).</param>
/// <param name="bias">b, (D), or null.</param>
/// <param name="inputs">C.</param>
internal sealed class VectorProjection(float[] weights, float[]? bias, int inputs)
{
    /// <summary>Values it takes (C).</summary>
    public int Inputs => inputs;

    /// <summary>Values it gives (D).</summary>
    public int Outputs => weights.Length / inputs;

    /// <summary>Reads a product of any number of rows.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="name">The weights' name.</param>
    /// <param name="biasName">The bias's name; it is read where it is there.</param>
    /// <param name="inputs">Values of the features.</param>
    /// <returns>Null when the checkpoint has no such weights.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the shapes do not fit.</exception>
    public static VectorProjection? Read(SafetensorsSet checkpoint, string name, string? biasName, int inputs)
    {
        if (!checkpoint.Has(name))
        {
            return null;
        }

        var rows = new PatchTensors(checkpoint).Shape(name, 2)[0];
        var bias = biasName is not null && checkpoint.Has(biasName) ? checkpoint.Read(biasName, rows) : null;
        return new VectorProjection(checkpoint.Read(name, rows, inputs), bias, inputs);
    }

    /// <summary>Features (N, C) to vectors (N, D).</summary>
    public void Forward(ReadOnlySpan<float> features, Span<float> vectors)
    {
        var outputs = Outputs;
        for (var i = 0; i < vectors.Length; i++)
        {
            var (row, output) = (i / outputs, i % outputs);
            vectors[i] = VectorKernels.Dot(weights.AsSpan(output * inputs, inputs), features.Slice(row * inputs, inputs)) + (bias is null ? 0 : bias[output]);
        }
    }
}
