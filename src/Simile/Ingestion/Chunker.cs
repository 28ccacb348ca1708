using System.Text;
using Simile.Text;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Ingestion;

/// <summary>Cuts documents into chunks: whole sentences up to a budget of tokens and up to what the model reads, never across a heading,
/// with some sentences repeated from the chunk before.</summary>
public sealed class Chunker
{
    private readonly ITokenizer _tokenizer;
    private readonly TextEmbedder? _model;
    private readonly ChunkerOptions _options;

    /// <summary>Makes a chunker that counts tokens as a model does, but knows no limit of the model's.</summary>
    public Chunker(ITokenizer tokenizer, ChunkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_tokenizer, _options) = (tokenizer, (options ?? new ChunkerOptions()).Checked());
    }

    /// <summary>Makes a chunker whose chunks the model reads to their end: heading, prompt and special tokens are counted.</summary>
    public Chunker(TextEmbedder model, ChunkerOptions? options = null)
        : this(model?.Tokenizer!, options) => _model = model;

    /// <summary>What is to be said of a chunker that has to guess.</summary>
    internal const string Estimated =
        "The model does not say how it counts tokens, so that texts are cut by an estimate (a token is four letters, or a sign). "
        + "Fewer tokens a chunk where it cuts them off.";

    /// <summary>A chunker for the model of texts that stands behind an embedder, whatever is put around it; where none does, one that
    /// counts by an estimate.</summary>
    internal static Chunker For<TInput>(IEmbedder<TInput> embedder, ChunkerOptions? options) =>
        embedder.Find(typeof(TextEmbedder)) is TextEmbedder model
            ? new Chunker(model, options)
            : new Chunker(new EstimatedTokens(), options);

    /// <summary>Whether tokens are counted by an estimate.</summary>
    internal bool IsEstimate => _tokenizer is EstimatedTokens;

    internal string Fingerprint => IsEstimate ? $"{_tokenizer.Digest}:{_options.Fingerprint}" : _options.Fingerprint;

    /// <summary>The chunks of a document, in order.</summary>
    public IEnumerable<Chunk> Split(IEnumerable<TextBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var measure = new TokenMeasure(_tokenizer, _model);
        var plain = ChunkPlan.Under(string.Empty, measure, _options);
        var group = new List<TextBlock>();
        foreach (var block in blocks)
        {
            if (group.Count > 0 && IsApart(block, group[0]))
            {
                foreach (var chunk in SplitGroup(group, measure, plain))
                {
                    yield return chunk;
                }

                group = [];
            }

            group.Add(block);
        }

        foreach (var chunk in group.Count == 0 ? [] : SplitGroup(group, measure, plain))
        {
            yield return chunk;
        }
    }

    private static bool IsApart(TextBlock block, TextBlock other) =>
        block.Heading != other.Heading || block.Metadata != other.Metadata || !ChunkPlace.AreNear(block.Place, other.Place);

    // A heading that is shortened for its passages is a passage itself.
    private IEnumerable<Chunk> SplitGroup(List<TextBlock> group, TokenMeasure measure, ChunkPlan plain)
    {
        var plan = group[0].Heading.Length == 0 ? plain : ChunkPlan.Under(group[0].Heading, measure, _options);
        var line = group[0].StartLine;
        var chunks =
            plan.EmbeddedHeading == plan.Heading
                ? Under(plan, group, measure)
                : Under(plain, [new TextBlock(plan.Heading, line, EndLine: line) { Place = group[0].Place }], measure)
                    .Concat(Under(plan, group, measure));
        return group[0].Metadata.Count == 0 ? chunks : chunks.Select(chunk => chunk with { Metadata = group[0].Metadata });
    }

    private static IEnumerable<Chunk> Under(ChunkPlan plan, IEnumerable<TextBlock> blocks, TokenMeasure measure)
    {
        var splitter = new UnitSplitter(measure, plan);
        var (units, fresh) = (new List<ChunkUnit>(), 0);
        foreach (var unit in blocks.SelectMany(splitter.Split))
        {
            if (fresh > 0 && !Fits(plan, units, unit))
            {
                yield return Join(plan, units);
                (fresh, units) = (0, Overlap(plan, units));
            }

            // What is repeated gives way.
            while (fresh == 0 && units.Count > 0 && !Fits(plan, units, unit))
            {
                units.RemoveAt(0);
            }

            units.Add(unit);
            fresh++;
        }

        if (fresh > 0)
        {
            yield return Join(plan, units);
        }
    }

    private static bool Fits(ChunkPlan plan, List<ChunkUnit> units, ChunkUnit next)
    {
        var tokens = units.Sum(unit => unit.Tokens) + next.Tokens;
        return tokens <= plan.Budget && plan.Fits(TextOf([.. units, next]), tokens, units.Count + 1);
    }

    private static Chunk Join(ChunkPlan plan, List<ChunkUnit> units)
    {
        var text = TextOf(units);
        return new Chunk(text, units[0].StartLine, units[^1].EndLine, plan.Heading)
        {
            EmbeddedText = plan.Embedded(text),
            Place = ChunkPlace.Span(units[0].Place, units[^1].Place),
        };
    }

    private static string TextOf(List<ChunkUnit> units)
    {
        var text = new StringBuilder();
        foreach (var unit in units)
        {
            text.Append(text.Length == 0 ? string.Empty : unit.Separator.ToString()).Append(unit.Text);
        }

        return text.ToString();
    }

    private static List<ChunkUnit> Overlap(ChunkPlan plan, List<ChunkUnit> units)
    {
        var (budget, first) = (plan.Overlap, units.Count);
        while (first > 1 && units[first - 1].Tokens <= budget)
        {
            budget -= units[--first].Tokens;
        }

        return units[first..];
    }
}

/// <summary>Counts tokens as a model does, and knows how many of them it reads.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="model">The model, or null where only its tokenizer is known; then there is no limit.</param>
internal sealed class TokenMeasure(ITokenizer tokenizer, TextEmbedder? model)
{
    private readonly TokenBuffer _tokens = new();

    /// <summary>The most tokens that the model reads of a text, all that it adds included.</summary>
    public int Limit => model?.MaxTokens ?? int.MaxValue;

    /// <summary>The tokens of a text alone. Valid until the next call.</summary>
    public TokenBuffer Tokens(string text)
    {
        _tokens.Clear();
        tokenizer.Tokenize(text, _tokens);
        return _tokens;
    }

    /// <summary>Tokens that the model sees of a document's passage: its prompt and special tokens are counted.</summary>
    public int Seen(string text) => model is { MaxTokens: not null } ? model.CountTokens(text, EmbedPurpose.Document) : 0;
}

/// <summary>Cuts texts into about as many pieces as tokenizers do, for models that do not say how they count: four letters or digits of a
/// word are one, every other sign, and every letter of a script without spaces.</summary>
internal sealed class EstimatedTokens : ITokenizer
{
    private const int LettersAToken = 4;

    // From here on scripts have no letters as small as ours (CJK radicals, kana, ideographs, syllables).
    private const int FirstWideLetter = 0x2E80;

    public int VocabularySize => 1;

    public int? UnknownId => 0;

    public string Digest => "estimate/1";

    public SpecialTokens Special => SpecialTokens.None;

    public void Tokenize(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        var (start, letters) = (0, 0);
        var at = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            var isLetter = Rune.IsLetterOrDigit(rune) && rune.Value < FirstWideLetter;
            if (letters > 0 && (!isLetter || letters == LettersAToken))
            {
                tokens.Add(0, start, at);
                letters = 0;
            }

            if (isLetter)
            {
                start = letters == 0 ? at : start;
                letters++;
            }
            else if (!Rune.IsWhiteSpace(rune))
            {
                tokens.Add(0, at, at + length);
            }

            at += length;
        }

        if (letters > 0)
        {
            tokens.Add(0, start, text.Length);
        }
    }

    public string TokenOf(int id) => string.Empty;
}
