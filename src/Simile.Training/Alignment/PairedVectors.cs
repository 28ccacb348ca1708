using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Simile.Engine.Files;
using Simile.Images;
using Simile.Vectors;

namespace Simile.Training.Alignment;

/// <summary>Texts and pictures that belong together, as vectors of their own spaces. Each picture stands once, with one text or
/// several.</summary>
/// <param name="TextSpace">The space of the texts.</param>
/// <param name="ImageSpace">The space of the pictures.</param>
/// <param name="Texts">(T, D_text) values.</param>
/// <param name="Images">(P, D_image) values.</param>
/// <param name="PictureOf">For each text its picture, (T).</param>
/// <param name="LeftOut">Texts and pictures without a vector, which are not among these, with their errors.</param>
public sealed record PairedVectors(
    EmbeddingSpace TextSpace,
    EmbeddingSpace ImageSpace,
    ReadOnlyMemory<float> Texts,
    ReadOnlyMemory<float> Images,
    IReadOnlyList<int> PictureOf,
    IReadOnlyList<(string Name, SimileException Error)> LeftOut
)
{
    private const int InputsAtOnce = 256;

    /// <summary>Pictures (P).</summary>
    public int Pictures => Images.Length / ImageSpace.Dimensions;

    /// <summary>SHA-256 of all values and which belong together.</summary>
    internal string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{TextSpace}\n{ImageSpace}\n"));
            hash.AppendData(MemoryMarshal.AsBytes(Texts.Span));
            hash.AppendData(MemoryMarshal.AsBytes(Images.Span));
            hash.AppendData(MemoryMarshal.AsBytes(PictureOf.ToArray().AsSpan()));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>Embeds pairs. A picture or a text that has no vector is left out with its error; a picture whose texts are all left out is
    /// left out too.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="texts">Embeds the texts.</param>
    /// <param name="images">Embeds the pictures.</param>
    /// <param name="progress">Hears how many texts and pictures are done, and of how many.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<PairedVectors> EmbedAsync(
        IReadOnlyList<ImageTextPair> pairs,
        IEmbedder<string> texts,
        IEmbedder<ImageInput> images,
        Action<int, int>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(images);
        var paths = pairs.Select(pair => pair.ImagePath).Distinct(StringComparer.Ordinal).ToArray();
        var all = paths.Length + pairs.Count;
        var pictures = await EmbedAsync(
                [.. paths.Select(ImageInput.FromFile)],
                images,
                done => progress?.Invoke(done, all),
                cancellationToken
            )
            .ConfigureAwait(false);
        var words = await EmbedAsync(
                [.. pairs.Select(pair => pair.Text)],
                texts,
                done => progress?.Invoke(paths.Length + done, all),
                cancellationToken
            )
            .ConfigureAwait(false);
        return Join(pairs, paths, words, pictures);
    }

    private static async Task<EmbeddingBatch> EmbedAsync<TInput>(
        TInput[] inputs,
        IEmbedder<TInput> embedder,
        Action<int> report,
        CancellationToken cancellationToken
    )
    {
        var (block, outcomes) = (new List<float>(), new List<EmbeddingOutcome>());
        foreach (var part in inputs.Chunk(InputsAtOnce))
        {
            var batch = await embedder.EmbedAsync(part, null, cancellationToken).ConfigureAwait(false);
            block.AddRange(batch.Block.Span);
            outcomes.AddRange(batch.Outcomes);
            report(outcomes.Count);
        }

        return new EmbeddingBatch(embedder.Space, [.. block], [.. outcomes]);
    }

    private static PairedVectors Join(IReadOnlyList<ImageTextPair> pairs, string[] paths, EmbeddingBatch texts, EmbeddingBatch images)
    {
        var (places, pictureOf, textRows, imageRows, leftOut) = (
            new Dictionary<string, int>(StringComparer.Ordinal),
            new List<int>(),
            new List<float>(),
            new List<float>(),
            new List<(string, SimileException)>()
        );
        var batchPlaces = paths.Select((path, i) => (path, i)).ToDictionary(entry => entry.path, entry => entry.i, StringComparer.Ordinal);
        leftOut.AddRange(
            paths.Where((_, i) => !images.Outcomes[i].Succeeded).Select(path => (path, images.Outcomes[batchPlaces[path]].Error!))
        );
        for (var i = 0; i < pairs.Count; i++)
        {
            var picture = batchPlaces[pairs[i].ImagePath];
            if (texts.Outcomes[i].Error is { } error)
            {
                leftOut.Add((pairs[i].Text, error));
            }
            else if (images.Outcomes[picture].Succeeded)
            {
                if (places.TryAdd(pairs[i].ImagePath, places.Count))
                {
                    imageRows.AddRange(images[picture]);
                }

                pictureOf.Add(places[pairs[i].ImagePath]);
                textRows.AddRange(texts[i]);
            }
        }

        return new PairedVectors(texts.Space, images.Space, textRows.ToArray(), imageRows.ToArray(), pictureOf, leftOut);
    }
}

/// <summary>A picture and a text that belong together.</summary>
/// <param name="ImagePath">The picture file.</param>
/// <param name="Text">The text.</param>
public sealed record ImageTextPair(string ImagePath, string Text)
{
    /// <summary>Reads lines of picture TAB text; paths are relative to the file's folder. A picture may have several lines.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>.</exception>
    public static IReadOnlyList<ImageTextPair> ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var lines = RegularFile
                .ReadLines(path, new UTF8Encoding(false, throwOnInvalidBytes: true))
                .Select((line, i) => (line, number: i + 1));
            return [.. lines.Where(entry => entry.line.Length > 0).Select(entry => Parse(entry.line, folder, path, entry.number))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new SimileException(ErrorCode.BadTrainingData, $"The pairs {path} cannot be read: {error.Message}", error);
        }
    }

    private static ImageTextPair Parse(string line, string folder, string path, int number)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        return tab > 0 && tab < line.Length - 1
            ? new ImageTextPair(Path.GetFullPath(line[..tab], folder), line[(tab + 1)..])
            : throw new SimileException(ErrorCode.BadTrainingData, $"Line {number} of {path} is no picture TAB text.");
    }
}
