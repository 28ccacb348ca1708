using Microsoft.Extensions.AI;
using Simile.Vectors;

namespace Simile.Hosting.Generators;

/// <summary>A call's inputs, those of them that can be sent, and the rows that come of it.</summary>
internal sealed class GeneratedRows<TInput>
{
    private readonly string _name;
    private readonly float[] _block;
    private readonly EmbeddingOutcome[] _outcomes;
    private readonly List<int> _places = [];

    public GeneratedRows(IReadOnlyList<TInput> inputs, EmbeddingSpace space, string name)
    {
        (Space, _name) = (space, name);
        _block = new float[checked(inputs.Count * space.Dimensions)];
        _outcomes = new EmbeddingOutcome[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            if (Refuse(inputs[i]) is { } error)
            {
                _outcomes[i] = new EmbeddingOutcome(0, 0, error);
                continue;
            }

            _places.Add(i);
            Sent.Add(inputs[i]);
        }
    }

    public EmbeddingSpace Space { get; }

    /// <summary>Inputs that go to the generator.</summary>
    public List<TInput> Sent { get; } = [];

    /// <summary>Takes one answer for each of <see cref="Sent"/>.</summary>
    public void Take(GeneratedEmbeddings<Embedding<float>> answers)
    {
        var tokens = (int)Math.Clamp(answers.Usage?.InputTokenCount ?? 0, 0, int.MaxValue);
        var (each, more) = _places.Count == 0 ? (0, 0) : Math.DivRem(tokens, _places.Count);
        for (var i = 0; i < _places.Count; i++)
        {
            var row = _block.AsSpan(_places[i] * Space.Dimensions, Space.Dimensions);
            var error = Fill(answers[i] is { } answer ? answer.Vector.Span : [], row);
            _outcomes[_places[i]] = new EmbeddingOutcome(each + (i < more ? 1 : 0), each + (i < more ? 1 : 0), error);
            if (error is not null)
            {
                row.Clear();
            }
        }
    }

    public EmbeddingBatch ToBatch() => new(Space, _block, _outcomes);

    private static SimileException? Refuse(TInput input) =>
        input switch
        {
            null => new SimileException(ErrorCode.NullInput, "The input is null."),
            string text when string.IsNullOrWhiteSpace(text) => new SimileException(
                ErrorCode.EmptyText,
                "The text is empty. Leave it out."
            ),
            _ => null,
        };

    private SimileException? Fill(ReadOnlySpan<float> vector, Span<float> row)
    {
        if (vector.Length != row.Length)
        {
            return GeneratorErrors.WrongLength(_name, row.Length, vector.Length);
        }

        vector.CopyTo(row);
        var isSound = Space.UnitLength ? UnitLength.TryNormalize(row) : AreFinite(row);
        return isSound ? null : GeneratorErrors.NotFinite(_name);
    }

    private static bool AreFinite(ReadOnlySpan<float> row)
    {
        var allFinite = true;
        foreach (var value in row)
        {
            allFinite &= float.IsFinite(value);
        }

        return allFinite;
    }
}
