using Simile.Engine.Kernels;
using Simile.Engine.Tensors;
using Simile.Models;

namespace Simile.Inference;

/// <summary>A LoRA adapter of PEFT, merged into the weights as they are read: W + s · B · A. Hu et al. 2021; its magnitudes, Liu et al.
/// 2024 (DoRA).</summary>
/// <remarks>PEFT sets fan_in_fan_out aside for linear layers, and there are no others in the networks here.</remarks>
internal sealed class LoraAdapter
{
    private const string Weight = ".weight";
    private const string Bias = ".bias";
    private static readonly string[] Wrappers = [".base_layer", ".modules_to_save.default", ".modules_to_save", ".default"];
    private static readonly string[] Unneeded =
    [
        "pooler.",
        "classifier",
        "score.",
        "cls.",
        "lm_head",
        "qa_outputs",
        "head.",
        "decoder.",
        "pre_classifier",
        "vocab_",
        "vision_model.",
        "visual_projection.",
        "logit_",
    ];

    private readonly AdapterConfig _config;
    private readonly string _networkPrefix;
    private readonly Dictionary<string, (string Name, long[] Shape, float[] Values)> _tensors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unused;

    private LoraAdapter(AdapterConfig config, SafetensorsFile file, string networkPrefix)
    {
        (_config, _networkPrefix) = (config, networkPrefix);
        foreach (var (name, tensor) in file.Tensors)
        {
            _tensors[PlainName(name)] = (name, [.. tensor.Shape], file.ReadFloats(name));
        }

        _unused = [.. _tensors.Keys.Where(name => !Unneeded.Any(start => name.StartsWith(start, StringComparison.Ordinal)))];
    }

    /// <summary>Its files, in the order of the weights' digest.</summary>
    public IReadOnlyList<string> Paths =>
        [Path.Combine(_config.Folder, AdapterConfig.WeightsName), Path.Combine(_config.Folder, AdapterConfig.FileName)];

    /// <summary>Loads the adapter of a folder.</summary>
    /// <param name="folder">The folder with adapter_config.json.</param>
    /// <param name="networkPrefix">What stands before the names of a network that has a head, such as <c>bert.</c>.</param>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public static LoraAdapter Load(string folder, string networkPrefix)
    {
        var config = AdapterConfig.Read(folder);
        if (!File.Exists(Path.Combine(folder, AdapterConfig.WeightsName)) && File.Exists(Path.Combine(folder, "adapter_model.bin")))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder} has its adapter in adapter_model.bin only, a format that can run code when it is read. Save it as "
                    + $"{AdapterConfig.WeightsName} (in Python: model.save_pretrained(folder))."
            );
        }

        using var file = SafetensorsFile.Open(Path.Combine(folder, AdapterConfig.WeightsName));
        return new LoraAdapter(config, file, networkPrefix);
    }

    /// <summary>Merges what the adapter has for a tensor of the network.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="values">Its values, which are changed; matrices are (outputs, inputs).</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the shapes do not fit,
    /// <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public void Merge(string name, Span<float> values)
    {
        name = PlainName(name);
        if (Take(name) is { } whole)
        {
            Require(name, whole.Values.Length, values.Length);
            whole.Values.CopyTo(values);
        }

        if (name.EndsWith(Bias, StringComparison.Ordinal) && Take(name[..^Bias.Length] + ".lora_B.bias") is { } bias)
        {
            Require(name, bias.Values.Length, values.Length);
            var module = name[..^Bias.Length];
            VectorKernels.AddScaled(bias.Values, _config.ScaleOf(module, Find(module + ".lora_A.weight").Shape[0]), values);
        }
        else if (name.EndsWith(Weight, StringComparison.Ordinal))
        {
            MergeProduct(name[..^Weight.Length], values);
        }
    }

    /// <summary>What is done to each row of the table of tokens, or null for nothing.</summary>
    /// <param name="table">The table's tensor, (V, H).</param>
    /// <param name="columns">Values of a row (H).</param>
    public Action<int, Memory<float>>? MergeOfRows(TensorInfo table, int columns)
    {
        var (name, rows) = (table.Name, table.Shape[0]);
        name = PlainName(name);
        if (Take(name) is { } whole)
        {
            Require(name, whole.Values.Length, rows * columns);
            return (row, target) => whole.Values.AsSpan(row * columns, columns).CopyTo(target.Span);
        }

        var module = name[..^Weight.Length];
        if (Take(module + ".lora_embedding_A") is not { } first)
        {
            return null;
        }

        var second = Take(module + ".lora_embedding_B") ?? throw Missing(module + ".lora_embedding_B");
        if (_config.HasMagnitudes)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The adapter of {_config.Folder} learns magnitudes (use_dora) of '{module}', a table of tokens, which Simile does "
                    + "not do. Merge it with PEFT (merge_and_unload)."
            );
        }

        var (rank, scale) = (first.Shape[0], _config.ScaleOf(module, first.Shape[0]));
        Require(name, first.Values.Length, rank * rows);
        Require(name, second.Values.Length, rank * columns);
        return (row, target) => AddRow(first.Values, second.Values, (int)rank, row, scale, target.Span);
    }

    /// <summary>Refuses an adapter that changes what the network does not have.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public void RequireAllUsed()
    {
        if (_unused.Order(StringComparer.Ordinal).FirstOrDefault() is { } unused)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The adapter of {_config.Folder} has the tensor '{_tensors[unused].Name}', which belongs to no part of the network "
                    + $"of its base. Is {_config.Base ?? "the base"} the model it was trained on? Otherwise merge it with PEFT "
                    + "(merge_and_unload)."
            );
        }
    }

    // A is (r, inputs), B is (outputs, r); all columns of A are weighted at once for each output.
    private void MergeProduct(string module, Span<float> values)
    {
        if (Take(module + ".lora_A.weight") is not { } first)
        {
            return;
        }

        var second = Take(module + ".lora_B.weight") ?? throw Missing(module + ".lora_B.weight");
        var (rank, inputs, outputs) = ((int)first.Shape[0], (int)first.Shape[^1], (int)second.Shape[0]);
        Require(module, (long)inputs * outputs, values.Length);
        Require(module, second.Values.Length, (long)rank * outputs);
        var scale = _config.ScaleOf(module, rank);
        for (var output = 0; output < outputs; output++)
        {
            var row = values.Slice(output * inputs, inputs);
            for (var r = 0; r < rank; r++)
            {
                VectorKernels.AddScaled(first.Values.AsSpan(r * inputs, inputs), scale * second.Values[(output * rank) + r], row);
            }
        }

        if (_config.HasMagnitudes)
        {
            SetMagnitudes(module, values, inputs);
        }
    }

    private void SetMagnitudes(string module, Span<float> values, int inputs)
    {
        var magnitudes =
            Take(module + ".lora_magnitude_vector")
            ?? Take(module + ".lora_magnitude_vector.weight")
            ?? throw Missing(module + ".lora_magnitude_vector");
        Require(module, magnitudes.Values.Length, values.Length / inputs);
        for (var output = 0; output < magnitudes.Values.Length; output++)
        {
            var row = values.Slice(output * inputs, inputs);
            var factor = magnitudes.Values[output] / MathF.Sqrt(VectorKernels.Dot(row, row));
            foreach (ref var value in row)
            {
                value *= factor;
            }
        }
    }

    private static void AddRow(float[] first, float[] second, int rank, int row, float scale, Span<float> target)
    {
        var rows = first.Length / rank;
        for (var column = 0; column < target.Length; column++)
        {
            var sum = 0f;
            for (var r = 0; r < rank; r++)
            {
                sum += second[(column * rank) + r] * first[(r * rows) + row];
            }

            target[column] += scale * sum;
        }
    }

    private (string Name, long[] Shape, float[] Values)? Take(string name)
    {
        _unused.Remove(name);
        return _tensors.TryGetValue(name, out var tensor) ? tensor : null;
    }

    private (string Name, long[] Shape, float[] Values) Find(string name) => Take(name) ?? throw Missing(name);

    private void Require(string name, long has, long wanted)
    {
        if (has != wanted)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The adapter of {_config.Folder} has {has} values for '{name}', but the network {wanted}. Adapter and base belong to "
                    + "different models."
            );
        }
    }

    private SimileException Missing(string name) =>
        new(ErrorCode.BadCheckpoint, $"The adapter of {_config.Folder} has no tensor '{name}'. Fetch it again.");

    // PEFT's own prefix, what it wraps layers in, the prefix of networks with a head, and the old names of norms.
    private string PlainName(string name)
    {
        foreach (var prefix in new[] { "base_model.model.", _networkPrefix })
        {
            name = prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        foreach (var wrapper in Wrappers)
        {
            name = name.Replace(wrapper, string.Empty, StringComparison.Ordinal);
        }

        return name.EndsWith(".gamma", StringComparison.Ordinal) ? name[..^6] + Weight
            : name.EndsWith(".beta", StringComparison.Ordinal) ? name[..^5] + Bias
            : name;
    }
}
