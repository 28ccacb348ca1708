using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Simile.Server.Embedding;
using Simile.Server.Limits;

namespace Simile.Server.Http;

/// <summary>One request and its answer.</summary>
/// <param name="http">The context.</param>
/// <param name="gate">Reads the body.</param>
internal sealed class Exchange(HttpContext http, RequestGate gate)
{
    private const string Octets = "application/octet-stream";

    public HttpContext Http => http;

    /// <summary>Ends when the client hangs up.</summary>
    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Whether the client wants bare bytes.</summary>
    public bool WantsOctets => http.Request.Headers.Accept.ToString().Contains(Octets, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether inputs that fail leave the others their vectors.</summary>
    public bool IsPartial => Header("x-simile-partial") is "true" or "1";

    /// <summary>The lane that the client asks for, or null.</summary>
    /// <exception cref="RefusalException">There is no such lane.</exception>
    public bool? IsBulk =>
        Header("x-simile-lane") switch
        {
            null => null,
            "bulk" => true,
            "interactive" => false,
            var other => throw Refusal.Invalid("x-simile-lane", $"The lane '{other}' is none; expected is interactive or bulk."),
        };

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => http.Request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>A part of the path, or null.</summary>
    public string? Route(string name) => http.Request.RouteValues[name] as string;

    /// <summary>Reads the body as JSON.</summary>
    /// <exception cref="RefusalException">It is not what it should be, or too large.</exception>
    public async Task<T> ReadAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        using var body = await ReadBodyAsync().ConfigureAwait(false);
        return Parse(body.Span, type);
    }

    /// <summary>Reads the body as it is.</summary>
    /// <exception cref="RefusalException">It is too large.</exception>
    public Task<RequestGate.RequestBody> ReadBodyAsync() => gate.ReadAsync(http.Request, Aborted);

    /// <summary>Says in headers how vectors were made.</summary>
    public void Tell(EmbedAnswer answer)
    {
        var headers = http.Response.Headers;
        headers["x-simile-model"] = HeaderText(answer.Model.Id);
        headers["x-simile-truncated"] = answer.Truncated.ToString(CultureInfo.InvariantCulture);
        headers["x-simile-purpose"] = answer.Purpose switch
        {
            EmbedPurpose.Query => "query",
            EmbedPurpose.Document => "document",
            _ => "none",
        };
    }

    /// <summary>Begins a JSON answer.</summary>
    public JsonAnswer Json(int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return new JsonAnswer(http.Response.BodyWriter, Aborted);
    }

    /// <summary>Answers with a plain text.</summary>
    public async Task WriteTextAsync(string text)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), Aborted).ConfigureAwait(false);
    }

    /// <summary>Sends the vectors as bare bytes, row after row.</summary>
    /// <exception cref="SimileException">A row's error: bytes have no place for it.</exception>
    public async Task WriteOctetsAsync(EmbedAnswer answer, VectorForm form, VectorNumbers numbers)
    {
        var batch = answer.Batch;
        for (var i = 0; i < batch.Count; i++)
        {
            _ = batch.Row(i);
        }

        var length = form.LengthOf(batch.Dimensions);
        var headers = http.Response.Headers;
        http.Response.ContentType = Octets;
        http.Response.ContentLength = (long)length * batch.Count;
        headers["x-simile-count"] = batch.Count.ToString(CultureInfo.InvariantCulture);
        headers["x-simile-dimensions"] = batch.Dimensions.ToString(CultureInfo.InvariantCulture);
        headers["x-simile-dtype"] = numbers == VectorNumbers.Float ? "float32" : numbers.ToString().ToLowerInvariant();
        headers["x-simile-tokens"] = answer.Tokens.ToString(CultureInfo.InvariantCulture);
        var writer = http.Response.BodyWriter;
        for (var i = 0; i < batch.Count; i++)
        {
            form.Fill(batch.Row(i).Span, writer.GetSpan(length)[..length]);
            writer.Advance(length);
            if (writer.UnflushedBytes > JsonAnswer.MaxUnsent)
            {
                await writer.FlushAsync(Aborted).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A body as JSON.</summary>
    /// <exception cref="RefusalException">It is not what it should be.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var start = body.StartsWith("\uFEFF"u8) ? 3 : 0;
            return JsonSerializer.Deserialize(body[start..], type) ?? throw Malformed("The body is null; expected is an object.", null);
        }
        catch (JsonException error)
        {
            var field = error.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;
            throw Malformed(Describe(error, field, body.Length), field);
        }
    }

    private static string Describe(JsonException error, string? field, int length) =>
        length == 0 ? "The body is empty; expected is a JSON object."
        : error.InnerException is JsonException or null && field is null
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The body is no JSON object of this route: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}."
            )
        : $"The field '{field ?? "?"}' has a value of another kind than this route takes.";

    private static RefusalException Malformed(string message, string? field) =>
        new(new Refusal(RefusalKind.Malformed, ErrorCode.BadRequestBody, message) { Field = field });

    // A header holds ASCII only.
    private static string HeaderText(string text) => string.Concat(text.Select(c => c is > ' ' and <= '~' ? c : '?'));
}
