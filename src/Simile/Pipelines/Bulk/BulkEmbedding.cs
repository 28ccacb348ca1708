using System.Globalization;
using System.Runtime.InteropServices;
using Simile.Engine.Files;
using Simile.Vectors;
using Simile.Vectors.Files;

namespace Simile.Pipelines.Bulk;

/// <summary>Embeds every line of a file. Killed at any moment and run again, it goes on where it was, and leaves what an undisturbed run
/// leaves: every line once, in order, bit for bit.</summary>
/// <remarks>Reading, embedding and writing overlap; memory does not grow with the file. A line that is no text, or has no vector, is a row
/// with an error.</remarks>
public sealed class BulkEmbedding
{
    private readonly IEmbedder<string> _embedder;
    private readonly BulkOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes one.</summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="time">The clock; null for the machine's.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.UnsupportedDimensions"/>.</exception>
    public BulkEmbedding(IEmbedder<string> embedder, BulkOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        (_embedder, _options, _time) = (embedder, (options ?? new BulkOptions()).Checked(), time ?? TimeProvider.System);
        Dimensions = embedder.Space.Truncate(_options.Embed.Dimensions ?? embedder.Space.Dimensions).Dimensions;
        var embed = _options.Embed;
        Identity = EmbeddingRecipe
            .Of(
                ("recipe", embedder.Recipe.Digest),
                ("dimensions", Dimensions.ToString(CultureInfo.InvariantCulture)),
                ("purpose", embed.Purpose.ToString()),
                ("normalize", embed.Normalize?.ToString() ?? "as the model"),
                ("max_tokens", embed.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "as the model"),
                ("field", _options.TextField)
            )
            .Digest;
    }

    /// <summary>Values a row (D).</summary>
    public int Dimensions { get; }

    /// <summary>A digest of everything that the vectors depend on beside the input: only runs with the same one continue each
    /// other.</summary>
    public string Identity { get; }

    /// <summary>Opens a file to embed another into; its name says how: .npy, .jsonl, .csv or .safetensors.</summary>
    /// <param name="input">The file that will be embedded.</param>
    /// <param name="output">The file to write. What is unfinished lies beside it: FILE.part and FILE.progress; lines without a vector are
    /// listed in FILE.errors.jsonl.</param>
    /// <param name="restart">Whether an unfinished run is thrown away instead of continued.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.ResumeMismatch"/>,
    /// <see cref="ErrorCode.BadVectorFile"/>; <see cref="ErrorCode.InvalidOption"/> when both are one file.</exception>
    public IBulkOutput OpenFile(string input, string output, bool restart = false)
    {
        RequireFile(input);
        return Path.GetFullPath(input) != Path.GetFullPath(output)
            ? FileBulkOutput.Open(output, Dimensions, Identity, restart)
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"{input} is the input; writing the vectors into it would destroy it. Name another file."
            );
    }

    /// <summary>Embeds a file into one that <see cref="OpenFile"/> opens.</summary>
    /// <inheritdoc cref="RunAsync(string, IBulkOutput, IProgress{BulkReport}?, CancellationToken)"/>
    public async Task<BulkReport> RunAsync(
        string input,
        string output,
        bool restart = false,
        IProgress<BulkReport>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        using var file = OpenFile(input, output, restart);
        return await RunAsync(input, file, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Embeds a file into an output that was opened for this <see cref="Identity"/>.</summary>
    /// <param name="input">The file: a line is a text; of a .jsonl file, an object with a field that holds the text.</param>
    /// <param name="output">The output.</param>
    /// <param name="progress">Hears of every block of lines.</param>
    /// <param name="cancellationToken">Stops; what is done is kept for the next run.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.ResumeMismatch"/>, or what the output
    /// throws.</exception>
    public async Task<BulkReport> RunAsync(
        string input,
        IBulkOutput output,
        IProgress<BulkReport>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(output);
        RequireFile(input);
        var (start, length) = (output.Position, RegularFile.LengthOf(input));
        var size = new BlockSize(_options.LinesAtOnce, _options.CheckpointEvery / 2);
        var lines = new LineReader(
            input,
            new LineText(Path.GetExtension(input).Equals(".jsonl", StringComparison.OrdinalIgnoreCase) ? _options.TextField : null),
            size
        );
        var pipeline = EmbeddingPipeline
            .Of<LineBlock>()
            .Then((block, stop) => EmbedAsync(block, size, stop), new StepOptions { Buffer = 1 });
        var (position, committed) = (start, _time.GetTimestamp());
        try
        {
            await foreach (
                var item in pipeline.RunAsync(lines.ReadAsync(start, cancellationToken), null, cancellationToken).ConfigureAwait(false)
            )
            {
                var (rows, block) = item.Error is null ? item.Value : throw item.Error;
                position = new BulkPosition(
                    position.Rows + rows.Count,
                    block.EndBytes,
                    block.EndDigest,
                    position.Failed + rows.Count(row => row.Error is not null)
                );
                output.Append(rows, position);
                if (_time.GetElapsedTime(committed) >= _options.CheckpointEvery)
                {
                    output.Commit();
                    committed = _time.GetTimestamp();
                }

                var now = ReportOf(position, start, length);
                UserCallback.Run(() => progress?.Report(now));
            }
        }
        catch (OperationCanceledException)
        {
            output.Commit();
            throw;
        }

        output.Complete();
        return ReportOf(position, start, length);
    }

    private async ValueTask<(IReadOnlyList<VectorRow> Rows, LineBlock Block)> EmbedAsync(
        LineBlock block,
        BlockSize size,
        CancellationToken cancellationToken
    )
    {
        var started = _time.GetTimestamp();
        var batch = await _embedder
            .EmbedAsync([.. block.Lines.Select(line => line.Text)], _options.Embed, cancellationToken)
            .ConfigureAwait(false);
        VectorRow[] rows =
        [
            .. VectorRow
                .Of(batch)
                .Select(
                    (row, i) => (block.Lines[i].Error is { } error ? new VectorRow(default, error) : row) with { Id = block.Lines[i].Id }
                ),
        ];
        size.Learn(rows.Length, _time.GetElapsedTime(started));
        return (rows, block);
    }

    private static BulkReport ReportOf(BulkPosition position, BulkPosition start, long length) =>
        new(position.Rows, position.Failed, start.Rows, position.Bytes, length);

    private static void RequireFile(string input)
    {
        if (!RegularFile.Exists(input))
        {
            throw new SimileException(ErrorCode.PathNotFound, $"There is no file {input}.");
        }
    }
}

/// <summary>How far a bulk embedding has come in its input.</summary>
/// <param name="Rows">Lines embedded, and rows written.</param>
/// <param name="Bytes">Bytes of the input that these lines take.</param>
/// <param name="Digest">SHA-256 of these bytes, so that a run is continued with the same input only.</param>
/// <param name="Failed">Rows without a vector.</param>
public sealed record BulkPosition(long Rows, long Bytes, string Digest, long Failed)
{
    /// <summary>Nothing is done yet.</summary>
    public static BulkPosition Start { get; } = new(0, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0);
}

/// <summary>What a bulk embedding did.</summary>
/// <param name="Rows">Rows of the output.</param>
/// <param name="Failed">Rows without a vector.</param>
/// <param name="Continued">Rows that an earlier run had written.</param>
/// <param name="Bytes">Bytes read of the input.</param>
/// <param name="InputBytes">Bytes of the input.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BulkReport(long Rows, long Failed, long Continued, long Bytes, long InputBytes);

/// <summary>How many lines are embedded together, so that a block takes about a given time: a slow model is checkpointed in time, a fast
/// one is not held up.</summary>
/// <param name="most">The most lines.</param>
/// <param name="target">How long a block should take.</param>
internal sealed class BlockSize(int most, TimeSpan target)
{
    // Fewer lines would not keep all threads of a transformer busy.
    private const int Fewest = 256;
    private int _lines = Math.Min(Fewest, most);

    /// <summary>Lines of the next block.</summary>
    public int Lines => Volatile.Read(ref _lines);

    /// <summary>Learns from a block.</summary>
    public void Learn(int lines, TimeSpan took)
    {
        var wanted = lines * Math.Min(2, target / (took + TimeSpan.FromTicks(1)));
        Volatile.Write(ref _lines, (int)Math.Clamp(wanted, Math.Min(Fewest, most), most));
    }
}
