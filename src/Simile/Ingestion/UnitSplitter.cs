using Simile.Tokenization;

namespace Simile.Ingestion;

/// <summary>Splits blocks into sentences or lines of code; a sentence over the budget is cut at a token.</summary>
internal sealed class UnitSplitter(ITokenizer tokenizer, int maxTokens)
{
    private readonly TokenBuffer _tokens = new();

    public IEnumerable<ChunkUnit> Split(TextBlock block)
    {
        var line = block.StartLine;
        var counted = 0;
        var isFirst = true;
        foreach (var range in block.IsCode ? Lines(block.Text) : SentenceSplitter.Split(block.Text))
        {
            var (start, length) = range.GetOffsetAndLength(block.Text.Length);
            line += CountLines(block.Text, counted, start);
            counted = start;
            foreach (var unit in Cut(block.Text.Substring(start, length), line, block.IsCode || isFirst ? '\n' : ' '))
            {
                yield return block.EndLine is { } end ? unit with { StartLine = block.StartLine, EndLine = end } : unit;
            }

            isFirst = false;
        }
    }

    private List<ChunkUnit> Cut(string text, int line, char separator)
    {
        _tokens.Clear();
        tokenizer.Tokenize(text, _tokens);
        if (_tokens.Count <= maxTokens)
        {
            return [new ChunkUnit(text, line, line + CountLines(text, 0, text.Length), _tokens.Count, separator)];
        }

        var parts = new List<ChunkUnit>();
        for (var first = 0; first < _tokens.Count; first += maxTokens)
        {
            var next = Math.Min(_tokens.Count, first + maxTokens);
            var (start, end) = (first == 0 ? 0 : _tokens.Starts[first], next == _tokens.Count ? text.Length : _tokens.Starts[next]);
            var startLine = line + CountLines(text, 0, start);
            parts.Add(new ChunkUnit(text[start..end].Trim(), startLine, startLine + CountLines(text, start, end), next - first, first == 0 ? separator : ' '));
        }

        return parts;
    }

    private static IEnumerable<Range> Lines(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            if (!string.IsNullOrWhiteSpace(text[start..end]))
            {
                yield return start..end;
            }

            start = end + 1;
        }
    }

    private static int CountLines(string text, int start, int end) => text.AsSpan(start, end - start).Count('\n');
}
