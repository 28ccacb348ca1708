using System.Collections.Immutable;
using Simile.Engine.Products;
using Simile.Engine.Tensors;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;
using Simile.Models;

namespace Simile.Inference;

/// <summary>A transformer with its pooling and dense layers: tokens to one vector a text. Immutable and safe to call from many
/// threads.</summary>
/// <remarks>Holds its checkpoint's files open and threads of its own until it is disposed.</remarks>
internal sealed class TextNetwork : ITextEncoder
{
    private readonly ITensorSource _weights;
    private readonly Transformer _encoder;
    private readonly PooledLayers _behind;
    private readonly WorkerTeam _team;
    private readonly TokenPadding? _filling;

    /// <summary>Puts a network together. Where it throws, the weights stay the caller's to dispose.</summary>
    /// <param name="weights">What the transformer is read from; it becomes the network's.</param>
    /// <param name="checkpoint">What stands behind the transformer.</param>
    /// <param name="transformer">The transformer.</param>
    /// <param name="head">The layers that make scores of the pooled state; empty in a network that embeds.</param>
    /// <param name="adapter">The adapter that was merged into the weights, or null.</param>
    /// <param name="options">How it computes.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public TextNetwork(
        ITensorSource weights,
        TextCheckpoint checkpoint,
        TextTransformer transformer,
        ImmutableArray<LinearLayer> head,
        LoraAdapter? adapter,
        TextNetworkOptions options
    )
    {
        _weights = weights;
        _encoder = new Transformer(
            new TransformerWeights(
                transformer.Shape with
                {
                    Compute = options.Compute,
                },
                transformer.Embedding,
                transformer.FinalNorm,
                transformer.Relative
            ),
            transformer.Layers
        );
        try
        {
            transformer.RequireAllRead?.Invoke();
            adapter?.RequireAllUsed();
            IEnumerable<LinearLayer> projection = transformer.Projection is { } own ? [own] : [];
            _behind = new PooledLayers(checkpoint, _encoder.Shape.Hidden, projection.Concat(head));
            (MaxTokens, FirstPosition, EndTokenPooling) = (
                transformer.MaxTokens,
                transformer.Embedding.FirstPosition,
                transformer.EndTokenPooling
            );
            _filling = FillingOf(checkpoint, options.Filler);
            WeightFiles = [.. weights.Paths, .. _behind.Paths, .. adapter?.Paths ?? []];
            _team = new WorkerTeam(options.Threads);
        }
        catch
        {
            _encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public EndTokenPooling? EndTokenPooling { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> WeightFiles { get; }

    /// <inheritdoc/>
    public int Tokens => _encoder.Tokens;

    /// <inheritdoc/>
    public int TokenTypes => _encoder.TokenTypes;

    /// <inheritdoc/>
    public int Dimensions => _behind.Dimensions;

    /// <inheritdoc/>
    public int MaxTokens { get; }

    /// <inheritdoc/>
    public int FirstPosition { get; }

    /// <inheritdoc/>
    public string Arithmetic => $"{Kernels.Precision}:{Kernels.Bits}";

    private TileKernels Kernels => _encoder.Kernels;

    /// <inheritdoc/>
    public void Share(int count, Action<int> task) => _team.For(count, task);

    /// <inheritdoc/>
    public void Forward(TokenBatch texts, int left, Memory<float> rows, CancellationToken cancellationToken)
    {
        _encoder.EnsureUnchanged();
        texts = _filling is null ? texts : new TokenBatch(_filling.Fill(texts.Ids));
        var groups = MicroBatches.Of(texts.Ids, _team.Threads);
        if (groups.ShareSteps)
        {
            for (var group = 0; group < groups.Count; group++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ForwardGroup(texts, groups, group, left, rows, _team);
            }

            return;
        }

        _team.For(
            groups.Count,
            group =>
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    ForwardGroup(texts, groups, group, left, rows, team: null);
                }
            }
        );
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void EnsureUnchanged() => _weights.EnsureUnchanged();

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _encoder.Dispose();
        _weights.Dispose();
    }

    private TokenPadding? FillingOf(TextCheckpoint checkpoint, int? filler)
    {
        if (filler < 0 || filler >= Tokens)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The padding token of {checkpoint.Folder} has the id {filler}, but the table only {Tokens} rows. The files belong to "
                    + "different models."
            );
        }

        return filler is { } id ? new TokenPadding(id, MaxTokens) : null;
    }

    private void ForwardGroup(TokenBatch texts, MicroBatches groups, int group, int left, Memory<float> vectors, WorkerTeam? team)
    {
        var (first, last) = (groups.FirstText(group), groups.FirstText(group + 1));
        var (ids, types, starts) = texts.Pack(first, last);
        var pass = _encoder.Rent();
        try
        {
            pass.Forward(ids, types, starts, team);
            for (var i = first; i < last; i++)
            {
                var end = EndTokenPooling is { } endOfText
                    ? starts[i - first] + endOfText.IndexIn(texts.Ids[i]) + 1
                    : starts[i - first + 1];
                _behind.Forward(pass, starts[i - first], end, left, vectors.Span.Slice(i * Dimensions, Dimensions));
            }
        }
        finally
        {
            _encoder.Return(pass);
        }
    }
}

/// <summary>How a network of texts is loaded.</summary>
/// <param name="Compute">How it computes.</param>
/// <param name="Threads">Threads of its own.</param>
internal sealed record TextNetworkOptions(ComputeOptions Compute, int Threads)
{
    /// <summary>The token that fills every text up to the last position, or null.</summary>
    public int? Filler { get; init; }

    /// <summary>What makes scores of the pooled state, or null in a network that embeds.</summary>
    public SequenceHead? Head { get; init; }
}

/// <summary>Fills texts up to one length, for networks whose attention sees the filling (SigLIP).</summary>
/// <param name="id">The token that fills.</param>
/// <param name="length">The length.</param>
internal sealed class TokenPadding(int id, int length)
{
    /// <summary>The texts, none shorter than the length.</summary>
    public int[][] Fill(IReadOnlyList<int[]> texts) => [.. texts.Select(text => text.Length >= length ? text : Fill(text))];

    private int[] Fill(int[] text)
    {
        var filled = new int[length];
        text.CopyTo(filled, 0);
        filled.AsSpan(text.Length).Fill(id);
        return filled;
    }
}

/// <summary>How the texts of a call are shared out: groups of about as many tokens as fit the second-level cache, each run by one thread
/// from end to end; or, for a few tokens, one group whose every step all threads share.</summary>
internal sealed class MicroBatches
{
    private const int TokensPerGroup = 128;
    private const int LeastTokensPerThread = 64;
    private readonly int[] _firstTexts;

    private MicroBatches(int[] firstTexts, bool shareSteps) => (_firstTexts, ShareSteps) = (firstTexts, shareSteps);

    /// <summary>Groups.</summary>
    public int Count => _firstTexts.Length - 1;

    /// <summary>Whether all threads share each group's steps.</summary>
    public bool ShareSteps { get; }

    /// <summary>The first text of a group.</summary>
    public int FirstText(int group) => _firstTexts[group];

    /// <summary>Shares texts out among threads. The sharing decides about time only, never about a vector.</summary>
    public static MicroBatches Of(IReadOnlyList<int[]> texts, int threads)
    {
        var total = texts.Sum(text => (long)text.Length);
        if (threads > 1 && (texts.Count < threads || total < (long)threads * LeastTokensPerThread))
        {
            return new MicroBatches(texts.Count < threads ? [.. Enumerable.Range(0, texts.Count + 1)] : [0, texts.Count], shareSteps: true);
        }

        var rounds = Math.Max(1, (total + (TokensPerGroup * threads / 2)) / (TokensPerGroup * threads));
        return new MicroBatches(Cut(texts, total, rounds * threads), shareSteps: false);
    }

    // A group ends at the first text that brings it to its share of the tokens.
    private static int[] Cut(IReadOnlyList<int[]> texts, long total, long groups)
    {
        var firstTexts = new List<int> { 0 };
        long tokens = 0;
        for (var i = 0; i < texts.Count - 1; i++)
        {
            var before = tokens * groups / total;
            tokens += texts[i].Length;
            if (tokens * groups / total > before)
            {
                firstTexts.Add(i + 1);
            }
        }

        firstTexts.Add(texts.Count);
        return [.. firstTexts];
    }
}
