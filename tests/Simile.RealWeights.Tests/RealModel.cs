using System.Reflection;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Simile.RealWeights.Tests;

/// <summary>A published model: its folder, made once from the package that serves it, and ONNX Runtime's session over the same
/// file.</summary>
public sealed class RealModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RealModel(string name)
    {
        (Name, IsMean) = (name, name == "MiniLm");
        MaxTokens = IsMean ? 256 : 512;
        var package = typeof(RealModel)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == name)
            .Value!;
        var assembly = Assembly.LoadFrom(package);
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            var path = _folder.File(resource.EndsWith(".onnx", StringComparison.Ordinal) ? "model.onnx" : "vocab.txt");
            using var target = File.Create(path);
            using var source = assembly.GetManifestResourceStream(resource)!;
            source.CopyTo(target);
        }

        Write(
            "config.json",
            new
            {
                model_type = "bert",
                hidden_size = 384,
                num_attention_heads = 12,
                num_hidden_layers = 6,
                intermediate_size = 1536,
                hidden_act = "gelu",
                max_position_embeddings = 512,
                type_vocab_size = 2,
                vocab_size = 30522,
                layer_norm_eps = 1e-12,
                pad_token_id = 0,
            }
        );
        Write("tokenizer_config.json", new { tokenizer_class = "BertTokenizer", do_lower_case = true });
        Write(
            "modules.json",
            new[] { Module(0, string.Empty, "Transformer"), Module(1, "1_Pooling", "Pooling"), Module(2, "2_Normalize", "Normalize") }
        );
        Write(
            "1_Pooling/config.json",
            new
            {
                word_embedding_dimension = 384,
                pooling_mode_mean_tokens = IsMean,
                pooling_mode_cls_token = !IsMean,
            }
        );
        Write("sentence_bert_config.json", new { max_seq_length = MaxTokens, do_lower_case = false });
        Write(
            "config_sentence_transformers.json",
            new { prompts = IsMean ? [] : new Dictionary<string, string>(StringComparer.Ordinal) { ["query"] = QueryPrompt } }
        );
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // Simile's threads take turns with these.
        Session = new InferenceSession(_folder.File("model.onnx"), options);
    }

    /// <summary>What its authors put before a query.</summary>
    public static string QueryPrompt => "Represent this sentence for searching relevant passages: ";

    public string Name { get; }

    /// <summary>Whether vectors are means of the tokens' states; else the first token's state.</summary>
    public bool IsMean { get; }

    public int MaxTokens { get; }

    public string Folder => _folder.Path;

    public string Vocabulary => _folder.File("vocab.txt");

    private InferenceSession Session { get; }

    /// <summary>The unit vectors that ONNX Runtime gives for rows of ids of one length.</summary>
    public float[][] Embed(IReadOnlyList<int[]> rows)
    {
        var (count, length, states) = (rows.Count, rows[0].Length, States(rows));
        var size = states.Length / (count * length);
        return [.. Enumerable.Range(0, count).Select(row => Pool(states.AsSpan(row * length * size, length * size), size))];
    }

    /// <summary>The states that ONNX Runtime gives the tokens of rows of one length, (B, T, H).</summary>
    public float[] States(IReadOnlyList<int[]> rows)
    {
        var (count, length) = (rows.Count, rows[0].Length);
        var ids = rows.SelectMany(row => row.Select(id => (long)id)).ToArray();
        long[] shape = [count, length];
        using var input = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, ids.Length).ToArray(), shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        using var run = new RunOptions();
        using var outputs = Session.Run(
            run,
            ["input_ids", "attention_mask", "token_type_ids"],
            [input, mask, types],
            ["last_hidden_state"]
        );
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        Session.Dispose();
        _folder.Dispose();
    }

    // The scale of a mean falls out when it is brought to unit length.
    private float[] Pool(ReadOnlySpan<float> states, int size)
    {
        var sum = new double[size];
        for (var i = 0; i < (IsMean ? states.Length : size); i++)
        {
            sum[i % size] += states[i];
        }

        var length = Math.Sqrt(sum.Sum(value => value * value));
        return Array.ConvertAll(sum, value => (float)(value / length));
    }

    private static Dictionary<string, object> Module(int index, string path, string kind) =>
        new(StringComparer.Ordinal)
        {
            ["idx"] = index,
            ["name"] = $"{index}",
            ["path"] = path,
            ["type"] = "sentence_transformers.models." + kind,
        };

    private void Write(string name, object value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), JsonSerializer.Serialize(value));
    }
}
