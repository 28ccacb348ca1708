using System.Collections.Concurrent;
using System.Collections.Immutable;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Splitting;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Pipeline;

/// <summary>The general tokenizer: added tokens, normalizer, pre-tokenizer, model and post-processor, one after another as Hugging Face's
/// library runs them.</summary>
internal sealed class PipelineTokenizer : ITokenizer
{
    // The memory that a longer text took is given back.
    private const int LongestKept = 1 << 20;

    private readonly PipelineParts _parts;
    private readonly AddedTokenSet _rawTokens;
    private readonly AddedTokenSet _normalizedTokens;
    private readonly OffsetTrimming? _trimming;
    private readonly string[] _tokens;
    private readonly ConcurrentBag<PipelineWorkspace> _workspaces = [];

    public PipelineTokenizer(PipelineParts parts)
    {
        _parts = parts;
        _tokens = TokenList.Make([
            .. parts.Model.Vocabulary,
            .. parts.AddedTokens.Select(token => KeyValuePair.Create(token.Content, token.Id)),
        ]);
        _rawTokens = new AddedTokenSet(parts.AddedTokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        _normalizedTokens = new AddedTokenSet(
            parts.AddedTokens.Where(token => token.IsNormalized).Select(token => (Normalize(token.Content), token))
        );
        _trimming = parts.TrimmingPasses.IsEmpty ? null : new OffsetTrimming(_tokens, parts.TrimmingPasses);
    }

    public int VocabularySize => _tokens.Length;

    public int? UnknownId => _parts.Model.UnknownId;

    public string Digest => _parts.Digest;

    public SpecialTokens Special => _parts.Special;

    public string TokenOf(int id) => _tokens[id];

    public void Tokenize(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (!_workspaces.TryTake(out var workspace))
        {
            workspace = new PipelineWorkspace(_parts.Model);
        }

        workspace.Segmented.Clear(GrowthLimit.Of(text.Length));
        workspace.RawSegments.Clear();
        _rawTokens.Cut(text, workspace.RawSegments);
        foreach (var segment in workspace.RawSegments)
        {
            AddNormalized(text, segment, workspace);
        }

        _parts.Splitter?.Split(workspace.Segmented, workspace.Scratch);
        Emit(text, workspace, tokens);
        if (Math.Max(text.Length, workspace.Segmented.Text.Count) <= LongestKept)
        {
            _workspaces.Add(workspace);
        }
    }

    private void AddNormalized(ReadOnlySpan<char> text, Segment segment, PipelineWorkspace workspace)
    {
        var target = workspace.Segmented;
        var offset = target.Text.Count;
        if (segment.Id >= 0)
        {
            target.Text.AddOriginal(text, segment.From, segment.To);
            target.Add(new Segment(offset, target.Text.Count, segment.Id));
            return;
        }

        var normalized = workspace.Normalized;
        normalized.Load(text, segment.From, segment.To, GrowthLimit.Of(segment.To - segment.From));
        _parts.Normalizer?.Normalize(normalized);
        target.Text.Add(normalized.Text, 0, normalized.Text.Count);
        workspace.NormalizedSegments.Clear();
        _normalizedTokens.Cut(normalized.Units, workspace.NormalizedSegments);
        foreach (var (from, to, id) in workspace.NormalizedSegments)
        {
            target.Add(new Segment(offset + from, offset + to, id));
        }
    }

    private void Emit(ReadOnlySpan<char> original, PipelineWorkspace workspace, TokenBuffer tokens)
    {
        var text = workspace.Segmented.Text;
        var units = text.Units;
        var starts = text.Starts;
        var ends = text.Ends;
        var first = tokens.Count;
        foreach (var (from, to, id) in workspace.Segmented.Segments)
        {
            if (id >= 0)
            {
                var place = (Start: starts[from], End: ends[to - 1]);
                place =
                    _trimming?.Trim(original, OffsetTrimming.SpacesOf(units[from..to]), place.Start, place.End, tokens.Count == first)
                    ?? place;
                tokens.Add(id, place.Start, place.End);
                continue;
            }

            var pieces = workspace.Pieces;
            pieces.Clear();
            workspace.Worker.Tokenize(units[from..to], pieces);
            for (var i = 0; i < pieces.Count; i++)
            {
                var place = (Start: starts[from + pieces.Starts[i]], End: ends[from + pieces.Ends[i] - 1]);
                place = _trimming?.Trim(original, pieces.Ids[i], place.Start, place.End, tokens.Count == first) ?? place;
                tokens.Add(pieces.Ids[i], place.Start, place.End);
            }
        }
    }

    private string Normalize(string content)
    {
        if (_parts.Normalizer is null)
        {
            return content;
        }

        var text = new NormalizedText();
        text.Load(content, 0, content.Length, GrowthLimit.Of(content.Length));
        _parts.Normalizer.Normalize(text);
        return text.Units.ToString();
    }
}

/// <summary>The memory of one call of a pipeline, reused from call to call.</summary>
internal sealed class PipelineWorkspace(IPieceModel model)
{
    public List<Segment> RawSegments { get; } = [];

    public List<Segment> NormalizedSegments { get; } = [];

    public NormalizedText Normalized { get; } = new();

    public SegmentedText Segmented { get; } = new();

    public SplitScratch Scratch { get; } = new();

    public TokenBuffer Pieces { get; } = new();

    public PieceWorker Worker { get; } = model.IsCached ? new CachingWorker(model.CreateWorker()) : model.CreateWorker();
}

/// <summary>What a pipeline is made of.</summary>
internal sealed record PipelineParts(IPieceModel Model)
{
    /// <summary>Changes the text; null leaves it as it is.</summary>
    public ITextNormalizer? Normalizer { get; init; }

    /// <summary>Makes words; null makes one of all.</summary>
    public ISplitter? Splitter { get; init; }

    /// <summary>Entries found as a whole.</summary>
    public ImmutableArray<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>What stands around a text.</summary>
    public SpecialTokens Special { get; init; } = SpecialTokens.None;

    /// <summary>One for each post-processor that takes spaces out of places: whether a space before the text was added.</summary>
    public ImmutableArray<bool> TrimmingPasses { get; init; } = [];

    /// <summary>SHA-256 of everything the ids depend on.</summary>
    public string Digest { get; init; } = string.Empty;
}

/// <summary>Takes the spaces of byte-level tokens out of their places, as the post-processors with trim_offsets do.</summary>
internal sealed class OffsetTrimming
{
    private readonly (ushort Leading, ushort Trailing)[] _spaces;
    private readonly ImmutableArray<bool> _passes;

    /// <summary>Prepares the trimming.</summary>
    /// <param name="tokens">The vocabulary.</param>
    /// <param name="passes">One for each post-processor that trims: whether a space before the text was added by the tokenizer.</param>
    public OffsetTrimming(IEnumerable<string> tokens, ImmutableArray<bool> passes)
    {
        _passes = passes;
        _spaces = [.. tokens.Select(token => SpacesOf(token))];
    }

    /// <summary>Leading and trailing spaces of a token as it is written.</summary>
    public static (ushort Leading, ushort Trailing) SpacesOf(ReadOnlySpan<char> token)
    {
        var leading = 0;
        while (leading < token.Length && leading < ushort.MaxValue && IsSpace(token[leading]))
        {
            leading++;
        }

        var trailing = 0;
        while (trailing < token.Length && trailing < ushort.MaxValue && IsSpace(token[token.Length - 1 - trailing]))
        {
            trailing++;
        }

        return ((ushort)leading, (ushort)trailing);
    }

    /// <summary>The place of a token of the vocabulary without its spaces.</summary>
    public (int Start, int End) Trim(ReadOnlySpan<char> text, int id, int start, int end, bool isFirst) =>
        Trim(text, _spaces[id], start, end, isFirst);

    /// <summary>The place of a token without its spaces; as many characters of the text are left out as the token has spaces.</summary>
    public (int Start, int End) Trim(ReadOnlySpan<char> text, (ushort Leading, ushort Trailing) spaces, int start, int end, bool isFirst)
    {
        if (spaces == default)
        {
            return (start, end);
        }

        foreach (var addsPrefix in _passes)
        {
            var leading = addsPrefix && spaces.Leading == 1 && (isFirst || start == 0) ? 0 : spaces.Leading;
            start = Math.Min(Forward(text, start, leading), end);
            end = Math.Max(Backward(text, end, spaces.Trailing), start);
        }

        return (start, end);
    }

    private static int Forward(ReadOnlySpan<char> text, int position, int count)
    {
        for (; count > 0 && position < text.Length; count--)
        {
            position += position + 1 < text.Length && char.IsSurrogatePair(text[position], text[position + 1]) ? 2 : 1;
        }

        return position;
    }

    // Where the text has too few characters, nothing is left out.
    private static int Backward(ReadOnlySpan<char> text, int end, int count)
    {
        var position = end;
        for (; count > 0 && position > 0; count--)
        {
            position -= position > 1 && char.IsSurrogatePair(text[position - 2], text[position - 1]) ? 2 : 1;
        }

        return count > 0 ? end : position;
    }

    private static bool IsSpace(char unit) => unit == ByteCharacters.Space || char.IsWhiteSpace(unit);
}
