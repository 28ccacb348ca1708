using System.Collections.Immutable;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.OnnxRuntime;

/// <summary>A network of texts that ONNX Runtime computes: texts of about one length go through it together.</summary>
internal sealed class TextGraph : ITextEncoder
{
    private static readonly ImmutableArray<string> States = ["last_hidden_state", "token_embeddings"];
    private static readonly ImmutableArray<string> Vectors = ["sentence_embedding", "text_embeds", "embeddings", "pooler_output"];
    private readonly GraphSession _session;
    private readonly TextInputs _inputs;
    private readonly string _output;
    private readonly PooledLayers? _behind;
    private readonly TokenPadding? _filling;
    private readonly WorkerTeam _team;
    private readonly int _batchTokens;

    private TextGraph(GraphSession session, OnnxRuntimeEngine engine, TextNetworkRequest request)
    {
        var checkpoint = request.Checkpoint;
        _session = session;
        _inputs = new TextInputs(session, checkpoint);
        var usual = request.Labels is null ? UsualOutputs(checkpoint) : ["logits"];
        _output = GraphOutput.Choose(session, engine.Output, usual);
        _batchTokens = engine.BatchTokens;
        MaxTokens = _inputs.MaxTokens;
        _filling = request.Filler is { } id ? new TokenPadding(id, Math.Min(checkpoint.MaxTokens ?? int.MaxValue, MaxTokens)) : null;
        Tokens = checkpoint.Vocabulary ?? checkpoint.Config.NumberOrNull("vocab_size") ?? int.MaxValue;
        TokenTypes = _inputs.HasTypes ? checkpoint.Config.NumberOrNull("type_vocab_size") ?? 2 : int.MaxValue;
        var shape = Probe(request);
        if (shape.Length == 3)
        {
            _behind = new PooledLayers(checkpoint, checked((int)shape[2]), []);
        }

        Dimensions = _behind?.Dimensions ?? checked((int)shape[1]);
        RequireLabels(request.Labels);
        OwnOutput = _behind is null && (checkpoint.Projection is null || engine.Output is not null) ? _output : null;
        WeightFiles = [.. session.File.WeightFiles, .. _behind?.Paths ?? []];
        Arithmetic = $"onnxruntime-{NativeRuntime.Version}:{session.Provider}:{engine.Optimization}:{_output}";
        Notes = NotesOf(checkpoint, engine);
        _team = new WorkerTeam(request.Threads);
    }

    /// <inheritdoc/>
    public int Tokens { get; }

    /// <inheritdoc/>
    public int TokenTypes { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public int MaxTokens { get; }

    /// <inheritdoc/>
    public string Arithmetic { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> WeightFiles { get; }

    /// <inheritdoc/>
    public string? OwnOutput { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> Notes { get; }

    // Where the longest text sets the range of all, each goes alone; where nobody tells filling from text, texts of one length go together.
    private bool RunsAlone => _session.File.QuantizesByRun;

    /// <summary>Opens the graph of a folder.</summary>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static TextGraph Open(OnnxRuntimeEngine engine, TextNetworkRequest request)
    {
        var file = GraphFile.Open(request.Checkpoint.Folder, "text", engine.File);
        try
        {
            var session = GraphSession.Open(file, engine, request.Threads);
            try
            {
                return new TextGraph(session, engine, request);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void EnsureUnchanged() => _session.File.EnsureUnchanged();

    /// <inheritdoc/>
    public void Share(int count, Action<int> task) => _team.For(count, task);

    /// <inheritdoc/>
    public void Forward(TokenBatch texts, int left, Memory<float> rows, CancellationToken cancellationToken)
    {
        EnsureUnchanged();
        var ids = _filling?.Fill(texts.Ids) ?? texts.Ids;
        foreach (var group in Groups(ids))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var answer = Run(
                Array.ConvertAll(group, i => ids[i]),
                texts.Types is { } types ? Array.ConvertAll(group, i => types[i]) : null
            );
            for (var i = 0; i < group.Length; i++)
            {
                Finish(answer, i, ids[group[i]].Length, left, rows.Span.Slice(group[i] * Dimensions, Dimensions));
            }
        }

        GraphValues Run(int[][] some, int[][]? theirTypes)
        {
            var (values, length) = _inputs.Of(some, theirTypes);
            try
            {
                var answer = _session.Run(values, _output, cancellationToken);
                RequireShape(answer, _inputs.Batch ?? some.Length, length);
                return answer;
            }
            finally
            {
                values.ForEach(value => value.Value.Dispose());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _session.Dispose();
    }

    // A folder that says how states are pooled is followed; one that does not has its vector in the graph, if there is one.
    private static ImmutableArray<string> UsualOutputs(TextCheckpoint checkpoint) =>
        checkpoint.Projection is not null ? ["text_embeds", "sentence_embedding", "pooler_output"]
        : checkpoint.PoolingAssumed ? ["sentence_embedding", "text_embeds", "embeddings", .. States, .. Vectors]
        : [.. States, .. Vectors];

    private long[] Probe(TextNetworkRequest request)
    {
        int[] tokens = [.. request.Probe.Take(MaxTokens)];
        var (values, length) = _inputs.Of(_filling?.Fill([tokens]) ?? [tokens], null);
        try
        {
            var shape = _session.Try(values, _output).Shape;
            return
                shape is [var batch, .., > 0]
                && batch == (_inputs.Batch ?? 1)
                && (
                    shape.Length == 2
                    || (shape.Length == 3 && shape[1] == length && request is { Labels: null, Checkpoint.Projection: null })
                )
                ? shape
                : throw new SimileException(
                    ErrorCode.UnsupportedModel,
                    $"The output '{_output}' of {_session.File.Path} has the shape ({string.Join(", ", shape)}) for {_inputs.Batch ?? 1} "
                        + $"texts of {length} tokens; "
                        + $"{(request.Labels is null ? "(texts, tokens, H) or (texts, D)" : "(pairs, labels)")} is "
                        + "wanted. Name another output."
                );
        }
        finally
        {
            values.ForEach(value => value.Value.Dispose());
        }
    }

    private void RequireLabels(int? labels)
    {
        if (labels is { } wanted && wanted != Dimensions)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"config.json names {wanted} labels, but the output '{_output}' of {_session.File.Path} has {Dimensions} values. The files "
                    + "belong to different models."
            );
        }
    }

    private ImmutableArray<string> NotesOf(TextCheckpoint checkpoint, OnnxRuntimeEngine engine)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var how = _behind is null ? "as it is" : $"pooled ({string.Join(" + ", checkpoint.Pooling)})";
        notes.Add(
            $"ONNX Runtime {NativeRuntime.Version} computes {Path.GetRelativePath(checkpoint.Folder, _session.File.Path)} on "
                + $"{engine.Provider}; its output '{_output}' is taken, {how}."
        );
        if (_session.File.QuantizesByRun)
        {
            notes.Add("The graph quantizes by the range of each run, so texts go through it one by one.");
        }

        if (!_inputs.HasMask && _inputs.Length is { } length)
        {
            notes.Add($"The graph takes no attention_mask: what fills a text up to its {length} tokens takes part in the vector.");
        }

        if (_behind is null && !checkpoint.PoolsPrompt)
        {
            notes.Add("The graph pools by itself, so the tokens of a prompt take part in the vector, which the folder leaves out.");
        }

        return notes.ToImmutable();
    }

    // Sorted by length, so that little is filled up, and cut where the tokens of a group, filled up, would be too many.
    private IEnumerable<int[]> Groups(IReadOnlyList<int[]> ids)
    {
        var (group, most) = (new List<int>(), RunsAlone ? 1 : _inputs.Batch ?? int.MaxValue);
        foreach (var text in Enumerable.Range(0, ids.Count).OrderBy(i => ids[i].Length))
        {
            var length = _inputs.Length ?? ids[text].Length;
            var isOther = !_inputs.HasMask && _inputs.Length is null && group.Count > 0 && ids[group[0]].Length != length;
            if (group.Count > 0 && (group.Count >= most || isOther || (group.Count + 1L) * length > _batchTokens))
            {
                yield return [.. group];
                group.Clear();
            }

            group.Add(text);
        }

        if (group.Count > 0)
        {
            yield return [.. group];
        }
    }

    private void RequireShape(GraphValues answer, int rows, int length)
    {
        var last = answer.Shape is [.., var size] ? size : 0;
        long[] wanted = _behind is null ? [rows, Dimensions] : [rows, length, last];
        if (!answer.Shape.SequenceEqual(wanted))
        {
            throw new SimileException(
                ErrorCode.ModelFailed,
                $"The output '{_output}' of {_session.File.Path} has the shape ({string.Join(", ", answer.Shape)}), where "
                    + $"({string.Join(", ", wanted)}) was expected. Take another export."
            );
        }
    }

    private void Finish(GraphValues answer, int row, int tokens, int left, Span<float> vector)
    {
        if (_behind is null)
        {
            answer.Values.AsSpan(row * Dimensions, Dimensions).CopyTo(vector);
            return;
        }

        var (length, hidden) = ((int)answer.Shape[1], (int)answer.Shape[2]);
        _behind.Forward(new GraphStates(answer.Values, row * length, hidden), 0, tokens, left, vector);
    }

    /// <summary>The states of one text's tokens.</summary>
    /// <param name="values">Those of all texts.</param>
    /// <param name="first">The row of the text's first token.</param>
    /// <param name="hidden">Values a state (H).</param>
    private sealed class GraphStates(float[] values, int first, int hidden) : ITokenStates
    {
        public ReadOnlySpan<float> State(int token) => values.AsSpan((first + token) * hidden, hidden);
    }
}
