using System.Runtime.InteropServices;
using Simile.Engine.Tensors;
using Simile.Models;
using Simile.Text;
using Simile.Training.Output;
using Simile.Vectors.Codes;

namespace Simile.Training.Static;

/// <summary>Writes a trained table as a model folder in the layout of model2vec and sentence-transformers.</summary>
internal static class StaticModelWriter
{
    private static readonly string[] GoldenTexts =
    [
        "A short sentence about the weather.",
        "How do I reset my password?",
        "Zürich, naïve café: accents are stripped.",
        "x = y + 2 # code & symbols <tag>",
        "The spacecraft entered orbit after a journey of seven months, and sent back its first pictures of the polar ice.",
        "unaffable",
        "1234567890",
        "漢字 and kana",
    ];

    /// <summary>The files that are written.</summary>
    public static IReadOnlyList<string> FileNames { get; } =
    [
        "model.safetensors",
        "tokenizer.json",
        "config.json",
        "modules.json",
        "config_sentence_transformers.json",
        "calibration.json",
        "golden.json",
    ];

    /// <summary>Makes sure that a training may write a folder: it is missing, empty, or holds a trained model and nothing else.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static void RequireOwn(string folder) => TrainingOutputs.RequireFolder(folder, FileNames);

    /// <summary>Writes the folder, whole or not at all; a README.md that is there already stays.</summary>
    /// <param name="folder">The folder; it is made where it is missing.</param>
    /// <param name="table">What was trained.</param>
    /// <param name="tokenizerPath">The tokenizer.json.</param>
    /// <param name="calibrationTexts">Texts on which the scales of 8-bit codes are measured.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="SimileException">As <see cref="RequireOwn"/>.</exception>
    public static async Task WriteAsync(
        string folder,
        StaticTable table,
        string tokenizerPath,
        IReadOnlyList<string> calibrationTexts,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        RequireOwn(folder);
        using var draft = ModelDraft.Begin(folder);
        await WriteAsync(draft, table, tokenizerPath, calibrationTexts, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, into a draft that was begun before the training, so that a place that cannot be written is known at
    /// once.</summary>
    /// <param name="draft">The draft; it is put into its place.</param>
    /// <param name="table">What was trained.</param>
    /// <param name="tokenizerPath">The tokenizer.json.</param>
    /// <param name="calibrationTexts">Texts on which the scales of 8-bit codes are measured.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task WriteAsync(
        ModelDraft draft,
        StaticTable table,
        string tokenizerPath,
        IReadOnlyList<string> calibrationTexts,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(table);
        await WriteAllAsync(draft.Folder, table, tokenizerPath, calibrationTexts, cancellationToken).ConfigureAwait(false);
        draft.Commit();
    }

    private static async Task WriteAllAsync(
        string folder,
        StaticTable table,
        string tokenizerPath,
        IReadOnlyList<string> calibrationTexts,
        CancellationToken cancellationToken
    )
    {
        var (rows, lengths, rate) = table;
        var halves = new Half[rows.Rows * rows.Columns];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = Half.IsFinite((Half)rows.All[i])
                ? (Half)rows.All[i]
                : throw new SimileException(
                    ErrorCode.BadTrainingData,
                    $"Row {i / rows.Columns} of the trained table holds {rows.All[i]:R}, which is no finite 16-bit float: the "
                        + $"training ran away. Lower the learning rate of {rate:R}."
                );
        }

        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [new("embeddings", TensorType.F16, [rows.Rows, rows.Columns], MemoryMarshal.AsBytes(halves.AsSpan()).ToArray())]
        );
        var tokenizer = Path.Combine(folder, "tokenizer.json");
        if (Path.GetFullPath(tokenizerPath) != Path.GetFullPath(tokenizer))
        {
            File.Copy(tokenizerPath, tokenizer, overwrite: true);
        }

        await WriteConfigurationAsync(folder, [.. lengths.OrderDescending()], cancellationToken).ConfigureAwait(false);
        await WriteChecksAsync(folder, calibrationTexts, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteConfigurationAsync(string folder, int[] lengths, CancellationToken cancellationToken)
    {
        (string Name, string Json)[] files =
        [
            (
                "config.json",
                $$"""
                {
                  "model_type": "model2vec",
                  "architectures": ["StaticModel"],
                  "hidden_dim": {{lengths[0]}},
                  "normalize": true,
                  "matryoshka_dimensions": [{{string.Join(", ", lengths)}}]
                }
                """
            ),
            (
                "modules.json",
                """
                [
                  {"idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"},
                  {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}
                ]
                """
            ),
            (
                "config_sentence_transformers.json",
                """
                {
                  "prompts": {},
                  "default_prompt_name": null,
                  "similarity_fn_name": "cosine"
                }
                """
            ),
        ];
        foreach (var (name, json) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), json + "\n", cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteChecksAsync(string folder, IReadOnlyList<string> calibrationTexts, CancellationToken cancellationToken)
    {
        var embedder = await TextEmbedder.LoadAsync(folder, null, cancellationToken).ConfigureAwait(false);
        var sample = await embedder.EmbedAsync(calibrationTexts, null, cancellationToken).ConfigureAwait(false);
        var known = Enumerable
            .Range(0, sample.Count)
            .Where(i => sample.Outcomes[i].Succeeded)
            .SelectMany(i => sample[i].ToArray())
            .ToArray();
        Int8Calibration.Measure(known, sample.Dimensions).Save(Path.Combine(folder, "calibration.json"));
        var golden = await embedder.EmbedAsync(GoldenTexts, null, cancellationToken).ConfigureAwait(false);
        // A model of another script knows none of the usual texts; its own corpus then speaks for it.
        (IReadOnlyList<string> texts, var vectors) = golden.Outcomes.ToArray().Any(outcome => outcome.Succeeded)
            ? (GoldenTexts, golden)
            : (calibrationTexts, sample);
        var rows = Enumerable.Range(0, vectors.Count).Where(i => vectors.Outcomes[i].Succeeded).Take(GoldenTexts.Length).ToList();
        new GoldenFile([.. rows.Select(i => texts[i])], [.. rows.Select(i => vectors[i].ToArray())], 1e-5f).Save(folder);
    }
}

/// <summary>A trained table of token vectors.</summary>
/// <param name="Rows">The vectors, (V, D).</param>
/// <param name="Dimensions">The lengths they can be cut to, the longest being D.</param>
/// <param name="LearningRate">The rate they were trained with, for what is said when they ran away.</param>
internal sealed record StaticTable(PinnedMatrix Rows, IReadOnlyList<int> Dimensions, float LearningRate);
