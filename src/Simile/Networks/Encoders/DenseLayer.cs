using Simile.Engine.Checkpoints;
using Simile.Engine.Functions;
using Simile.Engine.Kernels;
using Simile.Models;
using Simile.Vectors;

namespace Simile.Networks.Encoders;

/// <summary>A dense layer behind the pooling, the product that ends a CLIP tower, or a layer of an alignment: y = f(W · x + b), in 32-bit floats.</summary>
internal sealed class DenseLayer
{
    private readonly float[] _weights;
    private readonly float[]? _bias;
    private readonly int _inputs;
    private readonly ActivationKind _activation;
    private readonly bool _normalizesInput;
    private readonly DenseLayer? _residual;
    private readonly bool _addsInput;

    /// <summary>Takes over finished weights.</summary>
    /// <param name="weights">W, (outputs, inputs).</param>
    /// <param name="bias">b, (outputs), or null.</param>
    /// <param name="inputs">Values it takes.</param>
    /// <param name="activation">f.</param>
    public DenseLayer(float[] weights, float[]? bias, int inputs, ActivationKind activation = ActivationKind.Identity) =>
        (_weights, _bias, _inputs, Dimensions, _activation) = (weights, bias, inputs, weights.Length / inputs, activation);

    private DenseLayer(DenseCheckpoint checkpoint, SafetensorsSet weights)
    {
        (_inputs, Dimensions, _activation) = (checkpoint.Inputs, checkpoint.Outputs, checkpoint.Activation);
        _weights = weights.Read("linear.weight", Dimensions, _inputs);
        _bias = checkpoint.HasBias ? weights.Read("linear.bias", Dimensions) : null;
        _normalizesInput = checkpoint.NormalizesInput;
        _addsInput = checkpoint.HasResidual && Dimensions == _inputs;
        _residual = checkpoint.HasResidual && !_addsInput ? new DenseLayer(weights.Read("residual.weight", Dimensions, _inputs), bias: null, _inputs) : null;
    }

    /// <summary>Takes over finished weights.</summary>
    /// <param name="weights">W, (outputs, inputs).</param>
    /// <param name="bias">b, (outputs).</param>
    /// <param name="activation">f.</param>
    public DenseLayer(float[] weights, float[] bias, ActivationKind activation)
    {
        (_weights, _bias, _activation) = (weights, bias, activation);
        (Dimensions, _inputs) = (bias.Length, weights.Length / bias.Length);
    }

    /// <summary>The layer norm behind the activation, or null.</summary>
    public DenseNorm? OutputNorm { get; init; }

    /// <summary>Values it gives.</summary>
    public int Dimensions { get; }

    /// <summary>Loads a layer that takes <paramref name="inputs"/> values.</summary>
    public static DenseLayer Load(DenseCheckpoint checkpoint, int inputs)
    {
        if (checkpoint.Inputs != inputs)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The dense layer of {checkpoint.Folder} takes {checkpoint.Inputs} values, but the layer before it gives {inputs}.");
        }

        using var weights = SafetensorsSet.Open(checkpoint.Folder);
        return new DenseLayer(checkpoint, weights);
    }

    /// <summary>Writes the layer's output for one vector.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        if (_normalizesInput)
        {
            var scaled = input.ToArray();
            UnitLength.TryNormalize(scaled);
            input = scaled;
        }

        for (var i = 0; i < output.Length; i++)
        {
            output[i] = VectorKernels.Dot(_weights.AsSpan(i * _inputs, _inputs), input) + (_bias?[i] ?? 0);
        }

        Activation.Apply(_activation, output);
        AddResidual(input, output);
        OutputNorm?.Forward(output);
    }

    private void AddResidual(ReadOnlySpan<float> input, Span<float> output)
    {
        if (_addsInput)
        {
            VectorKernels.AddScaled(input, 1, output);
        }
        else if (_residual is not null)
        {
            var added = new float[output.Length];
            _residual.Forward(input, added);
            VectorKernels.AddScaled(added, 1, output);
        }
    }
}

/// <summary>A layer norm of one vector, in 64-bit floats (Ba, Kiros and Hinton 2016).</summary>
/// <param name="Weight">(D).</param>
/// <param name="Bias">(D), or null.</param>
/// <param name="Epsilon">What is added to the variance.</param>
internal sealed record DenseNorm(float[] Weight, float[]? Bias, double Epsilon)
{
    public void Forward(Span<float> vector)
    {
        var (mean, squares) = (0.0, 0.0);
        foreach (var value in vector)
        {
            mean += value / (double)vector.Length;
        }

        foreach (var value in vector)
        {
            squares += (value - mean) * (value - mean);
        }

        var scale = 1 / Math.Sqrt((squares / vector.Length) + Epsilon);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(((vector[i] - mean) * scale * Weight[i]) + (Bias?[i] ?? 0));
        }
    }
}
