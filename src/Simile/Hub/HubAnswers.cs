using System.Net;

namespace Simile.Hub;

/// <summary>What the hub's status codes mean.</summary>
internal static class HubAnswers
{
    /// <summary>Lets through what succeeded; everything else is an error that says what to do, or an interruption.</summary>
    /// <exception cref="HubInterruption">Another attempt may help.</exception>
    /// <exception cref="SimileException"><see cref="ErrorCode.HubRefused"/>, <see cref="ErrorCode.HubNotFound"/> or
    /// <see cref="ErrorCode.HubBadAnswer"/>.</exception>
    public static HttpResponseMessage Accept(HttpResponseMessage response, Uri address, DateTimeOffset now)
    {
        // 416 is an answer to be dealt with: the part that is here does not fit the file there.
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        var (status, retryAfter, why) = (response.StatusCode, Asked(response, now), Header(response, "X-Error-Message"));
        response.Dispose();
        var said = $"{address.Authority} answered {(int)status}{(why is null ? string.Empty : $" ({why})")} for {address.AbsolutePath}";
        throw status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SimileException(
                ErrorCode.HubRefused,
                $"{said}. The model does not exist, is private, or is gated: check its name, accept its conditions on its page on the "
                    + "hub, and set HF_TOKEN to a token that may read it."
            ),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new SimileException(
                ErrorCode.HubNotFound,
                $"{said}. Check the spelling of org/name and of the revision."
            ),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => new HubInterruption(said, retryAfter),
            >= HttpStatusCode.InternalServerError => new HubInterruption(said, retryAfter),
            _ => new SimileException(ErrorCode.HubBadAnswer, $"{said}, which a hub does not say. Check HF_ENDPOINT and the proxy."),
        };
    }

    /// <summary>A header of an answer, without line breaks, or null.</summary>
    public static string? Header(HttpResponseMessage response, string name)
    {
        if (!response.Headers.TryGetValues(name, out var values) && !response.Content.Headers.TryGetValues(name, out values))
        {
            return null;
        }

        return string.Concat(values.First().Where(letter => !char.IsControl(letter)).Take(300));
    }

    private static TimeSpan? Asked(HttpResponseMessage response, DateTimeOffset now) =>
        response.Headers.RetryAfter is { } asked
            ? asked.Delta ?? (asked.Date is { } date && date > now ? date - now : TimeSpan.Zero)
            : null;
}
