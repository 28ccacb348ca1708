namespace Simile.Hub;

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
        return pause < options.LongestPause ? pause : options.LongestPause;
    }
}
