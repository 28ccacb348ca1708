using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

/// <summary>Runs inside a program (DOTNET_STARTUP_HOOKS) and writes the types of ours of which a method was compiled, so was about to run,
/// into the file that SIMILE_TYPES names.</summary>
internal static class StartupHook
{
    private static Types? _types;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("SIMILE_TYPES") is { Length: > 0 } path)
        {
            _types = new Types();
            AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllLines(path, _types.Seen.Keys.Order(StringComparer.Ordinal));
        }
    }

    private sealed class Types : EventListener
    {
        private const EventKeywords Jit = (EventKeywords)0x10;
        private const string Runtime = "Microsoft-Windows-DotNETRuntime";

        public ConcurrentDictionary<string, bool> Seen { get; } = new(StringComparer.Ordinal);

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == Runtime)
            {
                EnableEvents(eventSource, EventLevel.Verbose, Jit);
            }
        }

        // MethodLoadVerbose: the fields are those of its first version and their number grows behind.
        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (
                eventData.EventName?.StartsWith("MethodLoadVerbose", StringComparison.Ordinal) == true
                && eventData.Payload is [_, _, _, _, _, _, string type, ..]
                && type.StartsWith("Simile", StringComparison.Ordinal)
            )
            {
                Seen[type] = true;
            }
        }
    }
}
