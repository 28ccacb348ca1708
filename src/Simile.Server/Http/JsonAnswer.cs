using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Simile.Server.Embedding;

namespace Simile.Server.Http;

/// <summary>A JSON answer that goes out while it is written, so that none is in memory whole and a slow reader slows its writer.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="aborted">Ends when nobody reads it any more.</param>
internal sealed class JsonAnswer(PipeWriter output, CancellationToken aborted) : IAsyncDisposable
{
    /// <summary>The most bytes that wait before they are sent.</summary>
    public const int MaxUnsent = 1 << 16;

    // What is written is JSON for programs, never a part of a page.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes it.</summary>
    public Utf8JsonWriter Writer { get; } = new(output, Options);

    /// <summary>Sends what is written, once it is much.</summary>
    public async ValueTask SendMuchAsync()
    {
        if (Writer.BytesPending + output.UnflushedBytes > MaxUnsent)
        {
            await Writer.FlushAsync(aborted).ConfigureAwait(false);
            await output.FlushAsync(aborted).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the vectors of a batch as a list, sending what is much on the way.</summary>
    /// <exception cref="SimileException">The error of a row.</exception>
    public async Task WriteRowsAsync(EmbeddingBatch batch, VectorForm form)
    {
        Writer.WriteStartArray();
        for (var i = 0; i < batch.Count; i++)
        {
            form.Write(Writer, batch.Row(i).Span);
            await SendMuchAsync().ConfigureAwait(false);
        }

        Writer.WriteEndArray();
    }

    public ValueTask DisposeAsync() => Writer.DisposeAsync();
}
