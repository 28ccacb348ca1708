using System.Net;
using System.Net.Http.Headers;

namespace Simile.Hub;

/// <summary>Requests to the hub. Redirects are followed by hand: the token never leaves the hub's own host.</summary>
internal sealed class HubConnection(HttpClient http, HubOptions options, TimeProvider time)
{
    private const int MaxRedirects = 10;

    /// <summary>Sends a request and returns an answer that succeeded.</summary>
    /// <param name="method">HEAD or GET.</param>
    /// <param name="address">The address at the hub.</param>
    /// <param name="from">The first byte that is wanted.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <remarks>A HEAD stops where the answer points to another host: what is asked for is in the headers of the hub itself.</remarks>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            var response = await SendOnceAsync(method, address, from, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
            {
                return HubAnswers.Accept(response, address, time.GetUtcNow());
            }

            var next = new Uri(address, location);
            if (method == HttpMethod.Head && !IsSameHost(next, address))
            {
                return response;
            }

            response.Dispose();
            if (next.Scheme != "https" && next.Scheme != options.Endpoint.Scheme)
            {
                throw new SimileException(
                    ErrorCode.HubBadAnswer,
                    $"{address.Host} sends to {next.Scheme}://{next.Authority}, which is not encrypted. Nothing was fetched from there."
                );
            }

            address = next;
        }

        throw new SimileException(ErrorCode.HubBadAnswer, $"{address.Host} redirects in a circle. Check HF_ENDPOINT and the proxy.");
    }

    /// <summary>Waits for one step of an answer; a step that takes too long, or breaks, is an interruption.</summary>
    public async Task<T> WatchAsync<T>(string host, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(options.Stall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await step(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new HubInterruption($"{host} sent nothing for {options.Stall.TotalSeconds:0} s", null, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new HubInterruption($"the connection to {host} failed ({error.Message})", null, error);
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken) =>
        WatchAsync(
            address.Authority,
            async token =>
            {
                using var request = new HttpRequestMessage(method, address);
                request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
                request.Headers.UserAgent.Add(new ProductInfoHeaderValue("simile", "0.1"));
                request.Headers.Range = from > 0 ? new RangeHeaderValue(from, null) : null;
                request.Headers.Authorization =
                    options.Token is { } secret && IsSameHost(address, options.Endpoint)
                        ? new AuthenticationHeaderValue("Bearer", secret)
                        : null;
                return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
            },
            cancellationToken
        );

    private static bool IsSameHost(Uri one, Uri other) =>
        one.Scheme == other.Scheme && string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase) && one.Port == other.Port;

    private static bool IsRedirect(HttpStatusCode status) =>
        status
            is HttpStatusCode.MovedPermanently
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect;
}

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

/// <summary>Tries again with growing pauses.</summary>
internal sealed class HubRetries(HubOptions options, TimeProvider time)
{
    /// <summary>Runs an attempt until it succeeds, fails for good, or was cut too often in a row.</summary>
    /// <param name="attempt">The attempt; it throws <see cref="HubInterruption"/> where another one may help.</param>
    /// <param name="position">How far the work is; an attempt that got further begins the count anew.</param>
    /// <param name="notice">Hears of every pause.</param>
    /// <param name="cancellationToken">Stops the work and the pauses.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.HubUnreachable"/>.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, Func<long> position, Action<string> notice, CancellationToken cancellationToken)
    {
        var (failures, furthest) = (0, position());
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (HubInterruption interruption)
            {
                var now = position();
                failures = now > furthest ? 1 : failures + 1;
                furthest = Math.Max(furthest, now);
                if (failures >= options.Attempts)
                {
                    throw new SimileException(
                        ErrorCode.HubUnreachable,
                        $"The hub {options.Endpoint} gave no usable answer, {failures} times in a row: {interruption.Message}. Check "
                            + "the network, the proxy and HF_ENDPOINT, then run the command again; what has arrived is kept.",
                        interruption
                    );
                }

                var pause = PauseAfter(failures, interruption.RetryAfter);
                notice($"{interruption.Message}; trying again in {pause.TotalSeconds:0.#} s");
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan PauseAfter(int failures, TimeSpan? asked)
    {
        var usual = options.FirstPause * Math.Pow(2, failures - 1);
        var pause = asked > usual ? asked.Value : usual;
        return pause < options.MaxPause ? pause : options.MaxPause;
    }
}

/// <summary>A request failed in a way that may pass: a cut connection, a busy hub.</summary>
internal sealed class HubInterruption(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the hub asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
