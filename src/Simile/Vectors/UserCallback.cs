namespace Simile.Vectors;

/// <summary>Calls what others gave us to be told: progress, observers, listeners of metrics and traces. What they throw is no reason to
/// fail a call or to lose an answer.</summary>
internal static class UserCallback
{
    /// <summary>Calls it; what it throws is dropped.</summary>
    public static void Run(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception)
        {
            // It is theirs to mend; the work goes on.
        }
    }
}
