using Microsoft.Extensions.Logging;

namespace Simile.Hosting;

/// <summary>Every message that a host's log gets from Simile, in one place.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information, "Loaded {Embedder} ({Model}) in {Milliseconds:F0} ms.")]
    public static partial void Loaded(this ILogger log, string embedder, string model, double milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "{Embedder}: {Note}")]
    public static partial void Noted(this ILogger log, string embedder, string note);

    [LoggerMessage(3, LogLevel.Information, "Exporting metrics and traces to {Endpoint}.")]
    public static partial void Exporting(this ILogger log, Uri endpoint);
}
