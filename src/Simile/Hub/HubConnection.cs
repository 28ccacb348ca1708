using System.Net;
using System.Net.Http.Headers;

namespace Simile.Hub;

/// <summary>Requests to the hub. Redirects are followed by hand: the token never leaves the hub's own host.</summary>
internal sealed class HubConnection(HttpClient http, HubOptions options, TimeProvider time)
{
    private const int MostRedirects = 10;

    /// <summary>Sends a request and returns an answer that succeeded.</summary>
    /// <param name="method">HEAD or GET.</param>
    /// <param name="address">The address at the hub.</param>
    /// <param name="from">The first byte that is wanted.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <remarks>A HEAD stops where the answer points to another host: what is asked for is in the headers of the hub itself.</remarks>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MostRedirects; hop++)
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
