using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;

namespace Simile.Networks.Vision;

/// <summary>Reads the tensors of a vision transformer and keeps count of those that nothing asked for.</summary>
/// <param name="weights">The checkpoint.</param>
internal sealed class PatchTensors(SafetensorsSet weights)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Whether there is a tensor.</summary>
    public bool Has(string name) => weights.Has(name);

    /// <summary>The checkpoint's first file, for errors.</summary>
    public string File => weights.Paths.First();

    /// <summary>The shape of a tensor of a number of axes.</summary>
    public int[] Shape(string name, int axes)
    {
        var tensor = weights.FileOf(name).Find(name);
        return tensor.Shape.Length == axes && tensor.Shape.All(size => size is > 0 and < 1 << 24)
            ? [.. tensor.Shape.Select(size => (int)size)]
            : throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{name}' of {File} has the shape {tensor.ShapeText}; {axes} axes are wanted.");
    }

    /// <summary>A tensor of any shape with a number of elements.</summary>
    public float[] Read(string name, long count)
    {
        _read.Add(name);
        var file = weights.FileOf(name);
        var tensor = file.Find(name);
        return tensor.Shape.Aggregate(1L, (product, size) => product * size) == count
            ? file.ReadFloats(name)
            : throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{name}' of {file.Path} has the shape {tensor.ShapeText}, but {count} elements are wanted.");
    }

    /// <summary>A tensor, or null when it is not there.</summary>
    public float[]? ReadIfThere(string name, long count) => Has(name) ? Read(name, count) : null;

    /// <summary>A layer norm.</summary>
    public NormWeights Norm(string name, int hidden) => new(Read(name + ".weight", hidden), ReadIfThere(name + ".bias", hidden));

    /// <summary>Several tensors, one behind the other; null when the first is not there.</summary>
    public float[]? Join(string prefix, string[] names, string suffix, long count)
    {
        if (!Has(prefix + names[0] + suffix))
        {
            return null;
        }

        return [.. names.SelectMany(name => Read(prefix + name + suffix, count / names.Length))];
    }

    /// <summary>Refuses a checkpoint with tensors that nothing asked for.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public void RequireAllRead(string[] ignored)
    {
        var unknown = weights.Names.Where(name => !_read.Contains(name) && !ignored.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{File} has the tensor '{unknown}', which no plain vision transformer has. Variants with registers, distillation or other norms are not supported.");
        }
    }
}
