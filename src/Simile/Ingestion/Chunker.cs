using System.Text;
using Simile.Tokenization;

namespace Simile.Ingestion;

/// <summary>Cuts documents into chunks: whole sentences up to a budget of tokens, never across a heading, with some sentences repeated from the chunk before.</summary>
public sealed class Chunker
{
    private readonly ITokenizer _tokenizer;
    private readonly ChunkerOptions _options;

    /// <summary>Makes a chunker that counts tokens as the model does.</summary>
    public Chunker(ITokenizer tokenizer, ChunkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _options = (options ?? new ChunkerOptions()).Checked();
    }

    /// <summary>The chunks of a document, in order.</summary>
    public IEnumerable<Chunk> Split(IEnumerable<TextBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var splitter = new UnitSplitter(_tokenizer, _options.MaxTokens);
        var units = new List<ChunkUnit>();
        var heading = string.Empty;
        var fresh = 0;
        foreach (var block in blocks)
        {
            if (block.Heading != heading && fresh > 0)
            {
                yield return Join(units, heading);
                (fresh, units) = (0, []);
            }

            (heading, units) = (block.Heading, block.Heading == heading ? units : []);
            foreach (var unit in splitter.Split(block))
            {
                if (fresh > 0 && units.Sum(u => u.Tokens) + unit.Tokens > _options.MaxTokens)
                {
                    yield return Join(units, heading);
                    (fresh, units) = (0, Overlap(units, unit.Tokens));
                }

                units.Add(unit);
                fresh++;
            }
        }

        if (fresh > 0)
        {
            yield return Join(units, heading);
        }
    }

    private static Chunk Join(List<ChunkUnit> units, string heading)
    {
        var text = new StringBuilder();
        foreach (var unit in units)
        {
            text.Append(text.Length == 0 ? string.Empty : unit.Separator.ToString()).Append(unit.Text);
        }

        return new Chunk(text.ToString(), units[0].StartLine, units[^1].EndLine, heading);
    }

    private List<ChunkUnit> Overlap(List<ChunkUnit> units, int nextTokens)
    {
        var budget = Math.Min(_options.OverlapTokens, _options.MaxTokens - nextTokens);
        var first = units.Count;
        while (first > 1 && units[first - 1].Tokens <= budget)
        {
            budget -= units[--first].Tokens;
        }

        return units[first..];
    }
}
