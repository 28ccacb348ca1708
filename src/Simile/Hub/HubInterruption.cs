namespace Simile.Hub;

/// <summary>A request failed in a way that may pass: a cut connection, a busy hub.</summary>
internal sealed class HubInterruption(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the hub asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
