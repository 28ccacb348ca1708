using Simile.Engine.Checkpoints;
using Simile.Engine.Convolutions;

namespace Simile.Networks.Vision;

/// <summary>Reads a convolution and folds the batch norm behind it into its weights and bias (inference form, Ioffe and Szegedy 2015).</summary>
/// <param name="weights">The checkpoint.</param>
internal sealed class FoldedConvolution(SafetensorsSet weights)
{
    private const double Epsilon = 1e-5;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Tensors that nothing has asked for.</summary>
    public IEnumerable<string> Unread => weights.Names.Where(name => !_read.Contains(name) && !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal));

    /// <summary>Reads a convolution.</summary>
    /// <param name="convolution">The name of its weights, without <c>.weight</c>.</param>
    /// <param name="norm">The name of its norm.</param>
    /// <param name="stride">Its stride.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public ConvolutionWeights Read(string convolution, string norm, int stride)
    {
        var name = convolution + ".weight";
        var file = weights.FileOf(name);
        var shape = file.Find(name).Shape;
        if (shape.Length != 4 || shape[2] != shape[3] || shape[2] is < 1 or > 31 || shape[0] % 4 != 0 || shape[0] < 4 || shape[0] > 1 << 16 || shape[1] < 1 || shape[1] > 1 << 16)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"The convolution '{name}' of {file.Path} has the shape {file.Find(name).ShapeText}; (outputs, inputs, k, k) is wanted, with outputs a multiple of 4.");
        }

        var (outputs, inputs, kernel) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        _read.Add(name);
        var values = file.ReadFloats(name);
        var bias = Fold(values, norm, outputs);
        return new ConvolutionWeights(values, bias, outputs, inputs, kernel, stride, kernel / 2);
    }

    /// <summary>Marks tensors as known and not needed.</summary>
    public void Skip(string prefix) => _read.UnionWith(weights.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)));

    private float[] Fold(float[] values, string norm, int outputs)
    {
        var (scales, shifts) = (ReadNorm(norm, "weight", outputs), ReadNorm(norm, "bias", outputs));
        var (means, variances) = (ReadNorm(norm, "running_mean", outputs), ReadNorm(norm, "running_var", outputs));
        var bias = new float[outputs];
        var each = values.Length / outputs;
        for (var output = 0; output < outputs; output++)
        {
            var factor = scales[output] / Math.Sqrt(variances[output] + Epsilon);
            bias[output] = (float)(shifts[output] - (means[output] * factor));
            foreach (ref var value in values.AsSpan(output * each, each))
            {
                value = (float)(value * factor);
            }
        }

        return bias;
    }

    private float[] ReadNorm(string norm, string part, int outputs)
    {
        _read.Add($"{norm}.{part}");
        return weights.Read($"{norm}.{part}", outputs);
    }
}
