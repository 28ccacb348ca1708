using System.Net;
using Microsoft.AspNetCore.Http;

namespace Simile.Server.Limits;

/// <summary>Who is let in: by the address that the request came to, the name that it calls this server by, and the page that its script
/// is from. A page of the web can let its own name lead to this machine (DNS rebinding); the name it then sends is not one of
/// ours.</summary>
/// <param name="options">What is allowed.</param>
/// <param name="keys">The keys.</param>
internal sealed class DoorRules(SimileServerOptions options, KeyRing keys)
{
    private readonly HashSet<string> _hosts = new(options.Hosts, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _origins = new(
        options.Origins.Select(origin => origin.TrimEnd('/')),
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Refuses who is not let in.</summary>
    /// <exception cref="RefusalException"><see cref="RefusalKind.Forbidden"/> or <see cref="RefusalKind.Unauthorized"/>.</exception>
    public void Require(HttpContext http, bool needsKey)
    {
        RequireHost(http.Request);
        RequireOrigin(http.Request);
        if (!needsKey)
        {
            return;
        }

        keys.Require(http.Request.Headers);
        if (!keys.IsAskedFor && !options.LetAnyoneOnTheNetworkIn && http.Connection.LocalIpAddress is { } at && !IPAddress.IsLoopback(at))
        {
            throw Refused("This server has no keys, so it answers this machine only. Its owner can give it keys.");
        }
    }

    /// <summary>Tells a browser that scripts of the page that asks may read the answer, where its owner has allowed that page.</summary>
    /// <returns>Whether it has.</returns>
    public bool TellBrowser(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || !IsNamed(origin))
        {
            return false;
        }

        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders =
            "x-request-id, x-should-retry, retry-after, retry-after-ms, x-simile-model, x-simile-purpose, x-simile-truncated, "
            + "x-simile-count, x-simile-dimensions, x-simile-dtype, x-simile-tokens, x-simile-warning";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return true;
    }

    /// <summary>Answers a browser that asks, before it lets a script send a request, whether it may.</summary>
    public void AnswerPreflight(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        if (TellBrowser(http))
        {
            // Makers' clients send headers of their own, such as x-stainless-…
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            http.Response.Headers.AccessControlAllowMethods = "GET, POST";
            http.Response.Headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders;
            http.Response.Headers.AccessControlMaxAge = "600";
        }
    }

    private bool IsNamed(string origin) => _origins.Contains(origin) || _origins.Contains("*");

    private void RequireHost(HttpRequest request)
    {
        var host = request.Host.Host;
        var isLet =
            options.Hosts.Count > 0
                ? _hosts.Contains("*") || _hosts.Contains(host)
                : keys.IsAskedFor || options.LetAnyoneOnTheNetworkIn || IsLoopback(host);
        if (!isLet)
        {
            throw Refused($"This server is not called '{Shown(host)}'. Its owner can allow that name (Hosts).");
        }
    }

    private void RequireOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsNamed(origin) && !IsOwn(origin, request.Host))
        {
            throw Refused($"Scripts of the page '{Shown(origin)}' may not call this server. Its owner can allow them (Origins).");
        }
    }

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && string.Equals(page.Authority, host.Value, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static string Shown(string text) => text.Length > 100 ? text[..100] + "…" : text;

    private static RefusalException Refused(string message) => new(new Refusal(RefusalKind.Forbidden, ErrorCode.ClientRefused, message));
}
