using Simile.Engine.Functions;
using Simile.Engine.Kernels;
using Simile.Engine.Tensors;
using Simile.Models;
using Simile.Vectors;

namespace Simile.Inference;

/// <summary>y = f(W · x + b) of one vector, in 32-bit floats: a Dense module, the product behind a network, a head's layer, a layer of an
/// alignment.</summary>
internal sealed class LinearLayer
{
    private readonly float[] _weights;
    private readonly float[]? _bias;
    private readonly ActivationKind _activation;
    private readonly bool _normalizesInput;
    private readonly LinearLayer? _residual;
    private readonly bool _addsInput;

    /// <summary>Takes over finished weights.</summary>
    /// <param name="weights">W, (outputs, inputs).</param>
    /// <param name="bias">b, (outputs), or null.</param>
    /// <param name="inputs">Values it takes.</param>
    /// <param name="activation">f.</param>
    public LinearLayer(float[] weights, float[]? bias, int inputs, ActivationKind activation = ActivationKind.Identity) =>
        (_weights, _bias, Inputs, Dimensions, _activation) = (weights, bias, inputs, weights.Length / inputs, activation);

    private LinearLayer(DenseCheckpoint checkpoint, TensorReader tensors)
        : this(
            tensors.Read("linear.weight", checkpoint.Outputs, checkpoint.Inputs),
            tensors.ReadIf(checkpoint.HasBias, "linear.bias", checkpoint.Outputs),
            checkpoint.Inputs,
            checkpoint.Activation
        )
    {
        _normalizesInput = checkpoint.NormalizesInput;
        _addsInput = checkpoint.HasResidual && Dimensions == Inputs;
        _residual =
            checkpoint.HasResidual && !_addsInput
                ? new LinearLayer(tensors.Read("residual.weight", Dimensions, Inputs), bias: null, Inputs)
                : null;
    }

    /// <summary>Values it takes.</summary>
    public int Inputs { get; }

    /// <summary>The layer norm behind the activation, or null.</summary>
    public VectorNorm? OutputNorm { get; init; }

    /// <summary>Values it gives.</summary>
    public int Dimensions { get; }

    /// <summary>Loads a Dense module that takes <paramref name="inputs"/> values.</summary>
    /// <returns>The layer, and the files it came from.</returns>
    public static (LinearLayer Layer, IReadOnlyList<string> Paths) Load(DenseCheckpoint checkpoint, int inputs)
    {
        if (checkpoint.Inputs != inputs)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The dense layer of {checkpoint.Folder} takes {checkpoint.Inputs} values, but the layer before it gives {inputs}."
            );
        }

        using var weights = SafetensorsSet.Open(checkpoint.Folder);
        return (new LinearLayer(checkpoint, new TensorReader(weights)), weights.Paths);
    }

    /// <summary>Reads a product of any number of rows.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="name">The weights' name.</param>
    /// <param name="biasName">The bias's name, which is read where it is there; null for none.</param>
    /// <param name="inputs">Values it takes.</param>
    /// <returns>Null when there are no such weights.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the shapes do not fit.</exception>
    public static LinearLayer? ReadIfThere(TensorReader tensors, string name, string? biasName, int inputs)
    {
        if (!tensors.Has(name))
        {
            return null;
        }

        var rows = tensors.Shape(name, 2)[0];
        return new LinearLayer(tensors.Read(name, rows, inputs), biasName is null ? null : tensors.ReadIfThere(biasName, rows), inputs);
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
            output[i] = VectorKernels.Dot(_weights.AsSpan(i * Inputs, Inputs), input) + (_bias?[i] ?? 0);
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
internal sealed record VectorNorm(float[] Weight, float[]? Bias, double Epsilon)
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
