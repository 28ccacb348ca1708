using Microsoft.Extensions.Logging;

namespace Simile.Server;

/// <summary>Every message that a host's log gets from the server, in one place.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(101, LogLevel.Error, "The request {Id} failed.")]
    public static partial void Failed(this ILogger log, string id, Exception error);

    [LoggerMessage(102, LogLevel.Debug, "The client of the request {Id} hung up ({Error}).")]
    public static partial void Left(this ILogger log, string id, string error);
}
