namespace Simile.Imaging;

/// <summary>What one picture may cost. Checked against the file's own claims before memory is taken, and again while decoding.</summary>
public sealed record ImageLimits
{
    /// <summary>Limits that let cameras' pictures through and keep a hostile file under 256 MB.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>The largest file, in bytes.</summary>
    public long MaxFileBytes { get; init; } = 64L << 20;

    /// <summary>The most pixels: width × height.</summary>
    public long MaxPixels { get; init; } = 64L << 20;

    /// <summary>The most memory that decoding may take, in bytes: pixels, coefficients and tables together.</summary>
    public long MaxMemoryBytes { get; init; } = 208L << 20;

    /// <summary>The longest that decoding may take.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(10);

    internal ImageLimits Validated()
    {
        Check(MaxFileBytes, nameof(MaxFileBytes));
        Check(MaxPixels, nameof(MaxPixels));
        Check(MaxMemoryBytes, nameof(MaxMemoryBytes));
        Check(MaxTime.Ticks, nameof(MaxTime));
        return this;
    }

    private static void Check(long value, string name)
    {
        if (value <= 0)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"ImageLimits.{name} is {value}; it must be above 0.");
        }
    }
}
