namespace Simile.Imaging;

/// <summary>The limits of one picture while it is decoded. Decoders ask before they take memory, and now and then whether time is
/// left.</summary>
/// <param name="limits">The limits.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellationToken">Ends decoding.</param>
public sealed class DecodeBudget(ImageLimits limits, TimeProvider time, CancellationToken cancellationToken)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>The limits.</summary>
    public ImageLimits Limits => limits;

    /// <summary>Takes the file's claim of its size.</summary>
    /// <exception cref="SimileException">SIM111 for more pixels than allowed, SIM112 for none.</exception>
    public void CheckSize(long width, long height)
    {
        if (width <= 0 || height <= 0)
        {
            throw ImageErrors.Damaged($"it claims {width} × {height} pixels");
        }
        if (width > limits.MaxPixels / height)
        {
            throw ImageErrors.TooLarge(
                $"it claims {width} × {height} pixels; the limit is {limits.MaxPixels}",
                nameof(ImageLimits.MaxPixels)
            );
        }
    }

    /// <summary>Asks for memory, all that decoding needs at its peak.</summary>
    /// <exception cref="SimileException">SIM111 for more than allowed.</exception>
    public void CheckMemory(long bytes)
    {
        if (bytes > limits.MaxMemoryBytes)
        {
            throw ImageErrors.TooLarge(
                $"decoding needs {bytes >> 20} MB; the limit is {limits.MaxMemoryBytes >> 20}",
                nameof(ImageLimits.MaxMemoryBytes)
            );
        }
    }

    /// <summary>Asks whether to go on. Call it every few rows.</summary>
    /// <exception cref="SimileException">SIM115 when time is up.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public void CheckTime()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(_start) > limits.MaxTime)
        {
            throw ImageErrors.TooSlow(limits.MaxTime);
        }
    }
}
