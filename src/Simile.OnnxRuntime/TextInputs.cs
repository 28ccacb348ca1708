using Microsoft.ML.OnnxRuntime;
using Simile.Models;

namespace Simile.OnnxRuntime;

/// <summary>What a graph of texts takes: ids, and what it wants to know of them.</summary>
internal sealed class TextInputs
{
    private const string Ids = "input_ids";
    private const string Mask = "attention_mask";
    private const string Types = "token_type_ids";
    private const string Positions = "position_ids";
    private static readonly string[] Known = [Ids, Mask, Types, Positions];
    private readonly GraphSession _session;
    private readonly long _padding;
    private readonly bool _positionsBehindPadding;

    /// <summary>Looks at a graph's inputs.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="checkpoint">What the folder says of the network.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public TextInputs(GraphSession session, TextCheckpoint checkpoint)
    {
        _session = session;
        var inputs = session.Inputs;
        if (!inputs.TryGetValue(Ids, out var ids))
        {
            throw Unsupported($"has no input '{Ids}', as a network of texts has; it takes {session.Describe(inputs)}");
        }

        if (inputs.Keys.FirstOrDefault(name => !Known.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw Unsupported(
                $"takes '{unknown}' ({GraphSession.ShapeOf(inputs[unknown])}), which nobody gives it; {string.Join(", ", Known)} are given"
            );
        }

        if (inputs.FirstOrDefault(input => input.Value.Dimensions.Length != 2) is { Key: { } odd } other)
        {
            throw Unsupported($"takes '{odd}' of the shape ({GraphSession.ShapeOf(other.Value)}); (texts, tokens) is given");
        }

        // What any input fixes holds for all of them.
        Batch = inputs.Values.Select(input => Fixed(input.Dimensions[0])).FirstOrDefault(size => size is not null);
        Length = inputs.Values.Select(input => Fixed(input.Dimensions[1])).FirstOrDefault(size => size is not null);
        var config = checkpoint.Config;
        _padding = Math.Max(0, config.NumberOrNull("pad_token_id") ?? 0);
        _positionsBehindPadding =
            checkpoint.Kind.Contains("roberta", StringComparison.Ordinal) || checkpoint.Kind is "camembert" or "mpnet";
        var positions = config.NumberOrNull("max_position_embeddings", "n_positions");
        MaxTokens = Math.Min(Length ?? int.MaxValue, positions is { } rows ? rows - (int)FirstPosition : int.MaxValue);
    }

    /// <summary>Texts that go through it together, where that is fixed.</summary>
    public int? Batch { get; }

    /// <summary>Tokens of every text, where that is fixed; shorter ones are filled up.</summary>
    public int? Length { get; }

    /// <summary>The most tokens that it takes.</summary>
    public int MaxTokens { get; }

    /// <summary>Whether it is told which tokens fill up.</summary>
    public bool HasMask => _session.Inputs.ContainsKey(Mask);

    /// <summary>Whether it is told the tokens' types.</summary>
    public bool HasTypes => _session.Inputs.ContainsKey(Types);

    // RoBERTa counts positions from the row behind the padding token's.
    private long FirstPosition => _positionsBehindPadding ? _padding + 1 : 0;

    /// <summary>The values for some texts, filled up to the longest, or to the fixed size.</summary>
    /// <param name="texts">Their ids, (B).</param>
    /// <param name="types">The types of each text's tokens, empty where all are 0; null where that holds for all.</param>
    /// <returns>A value for each input, which the caller disposes, and the tokens of a row (T).</returns>
    public (List<(string Name, OrtValue Value)> Values, int Length) Of(IReadOnlyList<int[]> texts, IReadOnlyList<int[]>? types)
    {
        var (rows, length) = (Batch ?? texts.Count, Length ?? texts.Max(text => text.Length));
        var values = new List<(string, OrtValue)>();
        foreach (var (name, input) in _session.Inputs)
        {
            var numbers = new long[rows * length];
            for (var row = 0; row < rows; row++)
            {
                // Rows that a fixed batch has beyond the texts repeat the first one.
                var text = row < texts.Count ? row : 0;
                Fill(name, texts[text], types?[text] ?? [], numbers.AsSpan(row * length, length));
            }

            values.Add((name, GraphInput.Integers(_session.File.Path, name, input, numbers, [rows, length])));
        }

        return (values, length);
    }

    private void Fill(string name, int[] ids, int[] types, Span<long> row)
    {
        row.Fill(name is Ids || (name is Positions && _positionsBehindPadding) ? _padding : 0);
        for (var i = 0; i < ids.Length; i++)
        {
            row[i] = name switch
            {
                Ids => ids[i],
                Mask => 1,
                Positions => FirstPosition + i,
                _ => types.Length == 0 ? 0 : types[i],
            };
        }
    }

    private static int? Fixed(int size) => size > 0 ? size : null;

    private SimileException Unsupported(string what) =>
        new(ErrorCode.UnsupportedModel, $"{_session.File.Path} {what}. Take an export of the encoder alone.");
}
