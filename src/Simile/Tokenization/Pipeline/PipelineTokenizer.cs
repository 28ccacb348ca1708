using System.Collections.Concurrent;
using Simile.Tokenization.Offsets;

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
