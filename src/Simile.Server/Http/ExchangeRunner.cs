using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Simile.Server.Limits;

namespace Simile.Server.Http;

/// <summary>What happens around every request: who may come in, its turn, its id, and what it is told when something is wrong.</summary>
/// <param name="door">Who may come in.</param>
/// <param name="gate">Whose turn it is.</param>
/// <param name="log">Hears of faults.</param>
internal sealed class ExchangeRunner(DoorRules door, RequestGate gate, ILogger<ExchangeRunner> log)
{
    private const string RequestId = "x-request-id";
    private const int MaxIdLength = 128;

    /// <summary>Answers a request.</summary>
    public async Task RunAsync(HttpContext http, ExchangeRoute route)
    {
        var id = IdOf(http.Request);
        SetHeaders(http.Response.Headers, id);
        try
        {
            door.TellBrowser(http);
            door.Require(http, route.NeedsKey);
            AllowBody(http);
            await EnterAsync(http, route).ConfigureAwait(false);
        }
        catch (RefusalException error)
        {
            await RefuseAsync(http, route.Dialect, error.Refusal).ConfigureAwait(false);
        }
        catch (SimileException error)
        {
            var refusal = Refusal.Of(error);
            if (refusal.Kind is RefusalKind.Failed or RefusalKind.Unavailable)
            {
                log.Failed(id, error);
            }

            await RefuseAsync(http, route.Dialect, refusal).ConfigureAwait(false);
        }
        catch (Exception error) when (http.RequestAborted.IsCancellationRequested)
        {
            log.Left(id, error.GetType().Name);
        }
        catch (BadHttpRequestException error)
        {
            var kind = error.StatusCode == StatusCodes.Status413PayloadTooLarge ? RefusalKind.TooLarge : RefusalKind.Malformed;
            await RefuseAsync(http, route.Dialect, new Refusal(kind, ErrorCode.BadRequestBody, error.Message)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.Failed(id, error);
            await RefuseAsync(http, route.Dialect, Refusal.Fault(ErrorCode.ModelFailed)).ConfigureAwait(false);
        }
    }

    /// <summary>Answers a browser that asks whether a script may send a request.</summary>
    public Task AnswerPreflightAsync(HttpContext http)
    {
        door.AnswerPreflight(http);
        return Task.CompletedTask;
    }

    private async Task EnterAsync(HttpContext http, ExchangeRoute route)
    {
        var exchange = new Exchange(http, gate);
        if (!route.IsWork)
        {
            await route.Handle(exchange).ConfigureAwait(false);
            return;
        }

        await gate.EnterAsync(http.RequestAborted).ConfigureAwait(false);
        try
        {
            await route.Handle(exchange).ConfigureAwait(false);
        }
        finally
        {
            gate.Leave();
        }
    }

    // The body is bounded where it is read. Another bound of the web server's would answer in nobody's dialect, and hang up while the
    // client still sends, so that it never sees the answer.
    private static void AllowBody(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }
    }

    private static async Task RefuseAsync(HttpContext http, Dialect dialect, Refusal refusal)
    {
        if (http.Response.HasStarted || http.Response.BodyWriter.UnflushedBytes > 0)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }

        var (response, status) = (http.Response, dialect.StatusOf(refusal));
        (response.StatusCode, response.ContentType, response.ContentLength) = (status, "application/json", null);
        if (refusal.IsForGood)
        {
            response.Headers["x-should-retry"] = "false";
        }

        if (refusal.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, after.TotalSeconds)).ToString("F0", CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = Math.Ceiling(after.TotalMilliseconds).ToString("F0", CultureInfo.InvariantCulture);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        var json = new JsonAnswer(response.BodyWriter, http.RequestAborted);
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            dialect.WriteRefusal(json.Writer, refusal);
            json.Writer.WriteEndObject();
        }
    }

    private static void SetHeaders(IHeaderDictionary headers, string id)
    {
        headers[RequestId] = id;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static string IdOf(HttpRequest request)
    {
        var given = request.Headers[RequestId].ToString();
        return given.Length is > 0 and <= MaxIdLength && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? given
            : "req_" + Guid.NewGuid().ToString("N");
    }
}
