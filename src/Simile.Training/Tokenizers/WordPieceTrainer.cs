using System.Runtime.InteropServices;
using System.Threading.Channels;
using Simile.Tokenization;
using Simile.Tokenization.WordPiece;

namespace Simile.Training.Tokenizers;

/// <summary>Makes a WordPiece vocabulary from word counts.</summary>
/// <remarks>
/// It learns more pieces than asked for by joining frequent neighbours, then keeps those that greedy longest-match tokenization really
/// uses: joining leaves behind half-words that only served as steps on the way.
/// </remarks>
internal sealed class WordPieceTrainer(WordPieceTrainerOptions options)
{
    private const string Prefix = "##";

    /// <summary>The entries in the order of their ids: special ones, characters, then pieces by falling use.</summary>
    /// <param name="wordCounts">Normalized words and how often they occur.</param>
    /// <param name="progress">Hears the number of pieces so far.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/> where there is no word.</exception>
    public IReadOnlyList<string> Train(
        IReadOnlyDictionary<string, long> wordCounts,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(wordCounts);
        if (wordCounts.Count == 0)
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                "The corpus has no word to learn pieces from: its texts are empty, or hold only characters that the normalizer takes "
                    + "out. Give texts with words."
            );
        }

        var alphabet = ChooseAlphabet(wordCounts);
        var words = wordCounts
            .Where(entry => entry.Value >= options.MinCount && entry.Key.All(alphabet.Contains))
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .ToList();
        var learner = new MergeLearner([.. words.Select(entry => (Spell(entry.Key), entry.Value))]);
        learner.Grow((int)(options.VocabularySize * options.Surplus), progress, cancellationToken);
        return Prune(learner.Pieces, words, alphabet);
    }

    private static string[] Spell(string word) => [.. word.Select((c, i) => i == 0 ? c.ToString() : Prefix + c)];

    private HashSet<char> ChooseAlphabet(IReadOnlyDictionary<string, long> wordCounts)
    {
        var counts = new Dictionary<char, long>();
        foreach (var (word, count) in wordCounts)
        {
            foreach (var c in word)
            {
                counts[c] = counts.GetValueOrDefault(c) + count;
            }
        }

        return
        [
            .. counts
                .Where(entry => !char.IsSurrogate(entry.Key))
                .OrderByDescending(entry => entry.Value)
                .ThenBy(entry => entry.Key)
                .Take(options.AlphabetSize)
                .Select(entry => entry.Key),
        ];
    }

    private List<string> Prune(IReadOnlyList<string> pieces, List<KeyValuePair<string, long>> words, HashSet<char> alphabet)
    {
        var single = alphabet.Order().SelectMany(c => new[] { c.ToString(), Prefix + c });
        List<string> kept = [.. options.SpecialTokens, .. single];
        var fixedEntries = kept.ToHashSet(StringComparer.Ordinal);
        var candidates = kept.Concat(pieces.Where(piece => !fixedEntries.Contains(piece))).ToList();
        var use = CountUse(candidates, words);
        var best = Enumerable
            .Range(kept.Count, candidates.Count - kept.Count)
            .OrderByDescending(id => use[id])
            .ThenBy(id => id)
            .Take(options.VocabularySize - kept.Count);
        kept.AddRange(best.Select(id => candidates[id]));
        return kept;
    }

    private long[] CountUse(List<string> entries, List<KeyValuePair<string, long>> words)
    {
        var vocabulary = entries.Select((entry, id) => KeyValuePair.Create(entry, id)).ToDictionary(StringComparer.Ordinal);
        var model = new WordPieceModel(vocabulary, options.SpecialTokens[0]);
        var tokenizer = new WordPieceTokenizer(
            vocabulary,
            model,
            options.Normalizer,
            new Dictionary<string, int>(StringComparer.Ordinal),
            string.Empty
        );
        var tokens = new TokenBuffer();
        var use = new long[entries.Count];
        foreach (var (word, count) in words)
        {
            tokens.Clear();
            tokenizer.Tokenize(word, tokens);
            foreach (var id in tokens.Ids)
            {
                use[id] += count;
            }
        }

        return use;
    }
}

/// <summary>Options of <see cref="WordPieceTrainer"/>.</summary>
internal sealed record WordPieceTrainerOptions
{
    /// <summary>Entries of the vocabulary, special ones included. Default: 29,500.</summary>
    public int VocabularySize { get; init; } = 29_500;

    /// <summary>How many times the wanted pieces are learned before the useless ones are dropped. Default: 1.2.</summary>
    public double Surplus { get; init; } = 1.2;

    /// <summary>Words that occur less often are left out. Default: 3.</summary>
    public int MinCount { get; init; } = 3;

    /// <summary>Characters that get entries of their own. Default: 400.</summary>
    public int AlphabetSize { get; init; } = 400;

    /// <summary>Entries with the first ids; the first one is the unknown token. Default: <c>[UNK]</c> and <c>[PAD]</c>.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[UNK]", "[PAD]"];

    /// <summary>What is done to text before it is split into words.</summary>
    public BertNormalizer Normalizer { get; init; } = new();
}

/// <summary>Counts the normalized words of texts on several threads.</summary>
internal static class WordCounter
{
    private const int TextsPerBatch = 512;

    /// <summary>Words to their counts. The answer does not depend on the number of threads.</summary>
    public static async Task<Dictionary<string, long>> CountAsync(
        IEnumerable<string> texts,
        BertNormalizer normalizer,
        int threads,
        IProgress<long>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(texts);
        var channel = Channel.CreateBounded<string[]>(threads * 4);
        var counters = Enumerable
            .Range(0, threads)
            .Select(_ => Task.Run(() => CountBatchesAsync(channel.Reader, normalizer, cancellationToken), cancellationToken))
            .ToArray();
        var characters = 0L;
        foreach (var batch in texts.Chunk(TextsPerBatch))
        {
            await channel.Writer.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
            characters += batch.Sum(text => (long)text.Length);
            progress?.Report(characters);
        }

        channel.Writer.Complete();
        return Merge(await Task.WhenAll(counters).ConfigureAwait(false));
    }

    private static async Task<Dictionary<string, long>> CountBatchesAsync(
        ChannelReader<string[]> batches,
        BertNormalizer normalizer,
        CancellationToken cancellationToken
    )
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var buffer = new WordBuffer();
        await foreach (var batch in batches.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var text in batch)
            {
                CountText(text, normalizer, buffer, counts);
            }
        }

        return counts;
    }

    private static void CountText(string text, BertNormalizer normalizer, WordBuffer buffer, Dictionary<string, long> counts)
    {
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var words = new BertWordReader(text, 0, normalizer, buffer);
        while (words.MoveNext())
        {
            CollectionsMarshal.GetValueRefOrAddDefault(lookup, words.Word, out _)++;
        }
    }

    private static Dictionary<string, long> Merge(Dictionary<string, long>[] parts)
    {
        foreach (var part in parts.Skip(1))
        {
            foreach (var (word, count) in part)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(parts[0], word, out _) += count;
            }
        }

        return parts[0];
    }
}
