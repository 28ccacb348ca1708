using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Vectors.Codes;

/// <summary>The scale of each dimension that turns a vector into 8-bit codes. It is measured once and stored in the model, so that a text
/// has the same codes always.</summary>
public sealed class Int8Calibration
{
    private readonly float[] _scales;

    /// <summary>Takes the scales: a value v becomes round(v / scale), held within ±127.</summary>
    /// <param name="scales">(D) positive numbers.</param>
    public Int8Calibration(IReadOnlyList<float> scales)
    {
        ArgumentNullException.ThrowIfNull(scales);
        _scales = [.. scales];
        if (_scales.Length == 0 || _scales.Any(scale => !(scale > 0) || !float.IsFinite(scale)))
        {
            throw new SimileException(
                ErrorCode.NotCalibrated,
                "A calibration needs at least one scale, and every scale must be positive. Measure it again."
            );
        }
    }

    /// <summary>The scales, (D).</summary>
    public ReadOnlySpan<float> Scales => _scales;

    /// <summary>Values a vector (D).</summary>
    public int Dimensions => _scales.Length;

    /// <summary>Measures scales on sample vectors: 127 stands for the magnitude that a share of the values stays under.</summary>
    /// <param name="vectors">(N, D) values; rows with NaN or infinity are passed over.</param>
    /// <param name="dimensions">Values a vector (D).</param>
    /// <param name="share">That share. Default: 0.999; the few values above are cut off.</param>
    public static Int8Calibration Measure(ReadOnlySpan<float> vectors, int dimensions, double share = 0.999)
    {
        var rows = vectors.Length / dimensions;
        if (rows == 0 || vectors.Length % dimensions != 0)
        {
            throw new SimileException(
                ErrorCode.NotCalibrated,
                $"{vectors.Length} values are no sample of vectors of {dimensions}. Give at least one whole vector."
            );
        }

        var known = new List<int>(rows);
        for (var i = 0; i < rows; i++)
        {
            if (Finite.Holds(vectors.Slice(i * dimensions, dimensions)))
            {
                known.Add(i);
            }
        }

        if (known.Count == 0)
        {
            throw new SimileException(
                ErrorCode.NotCalibrated,
                $"None of the {rows} vectors of the sample is finite. Give at least one vector without NaN and infinity."
            );
        }

        var scales = new float[dimensions];
        var magnitudes = new float[known.Count];
        for (var d = 0; d < dimensions; d++)
        {
            for (var i = 0; i < magnitudes.Length; i++)
            {
                magnitudes[i] = MathF.Abs(vectors[(known[i] * dimensions) + d]);
            }

            Array.Sort(magnitudes);
            scales[d] = Math.Max(magnitudes[(int)Math.Min(magnitudes.Length - 1, share * magnitudes.Length)], 1e-6f) / 127;
        }

        return new Int8Calibration(scales);
    }

    /// <summary>Reads a calibration.json.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotCalibrated"/> when there is none, or it is damaged.</exception>
    public static Int8Calibration Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(path));
            return new Int8Calibration([
                .. document.RootElement.GetProperty("int8_scales").EnumerateArray().Select(scale => scale.GetSingle()),
            ]);
        }
        catch (Exception error)
            when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SimileException(
                ErrorCode.NotCalibrated,
                $"The model has no calibration for 8-bit codes at {path}: {error.Message}",
                error
            );
        }
    }

    /// <summary>Writes a calibration.json.</summary>
    public void Save(string path)
    {
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteStartArray("int8_scales");
        foreach (var scale in _scales)
        {
            json.WriteNumberValue(scale);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The codes of a vector: (D) → (D).</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidVector"/> for NaN and infinity, <see cref="ErrorCode.SpaceMismatch"/>
    /// for another length.</exception>
    public void Quantize(ReadOnlySpan<float> vector, Span<sbyte> codes)
    {
        RequireLength(vector.Length);
        if (!Finite.Holds(vector))
        {
            throw Finite.Error("The vector", vector, "It cannot be quantized; leave it out.");
        }

        for (var d = 0; d < vector.Length; d++)
        {
            codes[d] = (sbyte)Math.Clamp(MathF.Round(vector[d] / _scales[d], MidpointRounding.ToEven), -127, 127);
        }
    }

    /// <summary>A query multiplied by the scales: its inner product with codes estimates that with the vectors.</summary>
    internal float[] Weigh(ReadOnlySpan<float> query)
    {
        RequireLength(query.Length);
        var weighed = query.ToArray();
        for (var d = 0; d < weighed.Length; d++)
        {
            weighed[d] *= _scales[d];
        }

        return weighed;
    }

    private void RequireLength(int length)
    {
        if (length != Dimensions)
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"A vector of {length} values cannot be quantized with a calibration for {Dimensions}."
            );
        }
    }
}
