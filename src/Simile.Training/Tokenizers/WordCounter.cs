using System.Runtime.InteropServices;
using System.Threading.Channels;
using Simile.Tokenization.WordPiece;

namespace Simile.Training.Tokenizers;

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
