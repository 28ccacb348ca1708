using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Simile.Server.Http;

/// <summary>Where dialects put their routes.</summary>
/// <param name="group">The routes of this server.</param>
/// <param name="exchanges">Handles what comes.</param>
internal sealed class SimileRoutes(IEndpointRouteBuilder group, ExchangeRunner exchanges)
{
    private readonly HashSet<string> _patterns = new(StringComparer.Ordinal);

    /// <summary>A route that reads.</summary>
    public void Get(Dialect dialect, string pattern, Func<Exchange, Task> handle, bool needsKey = true) =>
        Map(dialect, "GET", pattern, handle, needsKey);

    /// <summary>A route that says only that it is there.</summary>
    public void Head(Dialect dialect, string pattern) => Map(dialect, "HEAD", pattern, _ => Task.CompletedTask, needsKey: false);

    /// <summary>A route that computes.</summary>
    public void Post(Dialect dialect, string pattern, Func<Exchange, Task> handle) => Map(dialect, "POST", pattern, handle, needsKey: true);

    private void Map(Dialect dialect, string method, string pattern, Func<Exchange, Task> handle, bool needsKey)
    {
        if (_patterns.Add(pattern))
        {
            group.MapMethods(pattern, ["OPTIONS"], (RequestDelegate)exchanges.AnswerPreflightAsync);
        }

        group.MapMethods(
            pattern,
            [method],
            (RequestDelegate)(http => exchanges.RunAsync(http, new ExchangeRoute(dialect, handle, needsKey, IsWork: method == "POST")))
        );
    }
}

/// <summary>What a route does.</summary>
/// <param name="Dialect">Whose route it is.</param>
/// <param name="Handle">Answers.</param>
/// <param name="NeedsKey">Whether a key is asked for, where there are keys.</param>
/// <param name="IsWork">Whether it takes one of the places for work.</param>
internal sealed record ExchangeRoute(Dialect Dialect, Func<Exchange, Task> Handle, bool NeedsKey, bool IsWork);
