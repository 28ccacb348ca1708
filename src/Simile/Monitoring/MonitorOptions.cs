namespace Simile.Monitoring;

/// <summary>Options of an <see cref="EmbeddingMonitor"/>.</summary>
public sealed record MonitorOptions
{
    /// <summary>How far <see cref="EmbeddingMonitor.Recent"/> looks back. Default: five minutes.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Slices in which the window moves on. Default: 10, so that it moves on every half minute.</summary>
    public int Slices { get; init; } = 10;

    /// <summary>The most names of metrics; each takes up to 370 KB when its values span all magnitudes, and a tenth of that as a rule.
    /// Default: 200.</summary>
    public int MaxMetrics { get; init; } = 200;

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public MonitorOptions Checked() =>
        Slices is >= 1 and <= 1000 && Window >= TimeSpan.FromMilliseconds(Slices) && MaxMetrics >= 1
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"A monitor with a window of {Window} in {Slices} slices and {MaxMetrics} metrics was asked for; expected are 1 to "
                    + "1,000 slices of a millisecond or more, and at least one metric."
            );
}
