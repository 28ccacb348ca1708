using System.Diagnostics;
using Simile.Imaging;
using Simile.Imaging.Preparation;

namespace Simile.Images;

/// <summary>Decodes and prepares pictures side by side; a picture that fails is an error of its own.</summary>
/// <param name="reader">Decodes.</param>
/// <param name="preparation">Brings pictures to the network's size.</param>
internal sealed class PictureFeed(ImageReader reader, ImagePreparation preparation)
{
    private long _decodeTicks;
    private long _prepareTicks;

    /// <summary>Time spent decoding, summed over threads.</summary>
    public TimeSpan Decoding => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _decodeTicks));

    /// <summary>Time spent preparing, summed over threads.</summary>
    public TimeSpan Preparing => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _prepareTicks));

    /// <summary>One picture, prepared.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="look">Sees the upright pixels before they are resized, or null.</param>
    /// <param name="cancellationToken">Ends decoding.</param>
    public FedPicture Read(ImageInput? input, Action<RgbImage>? look, CancellationToken cancellationToken)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            var image = (input ?? throw new SimileException(ErrorCode.NullInput, "The picture is null. Leave it out.")).Decode(
                reader,
                cancellationToken
            );
            var decoded = Stopwatch.GetTimestamp();
            look?.Invoke(image);
            var looked = Stopwatch.GetTimestamp();
            var prepared = preparation.Prepare(image);
            Interlocked.Add(ref _decodeTicks, decoded - start);
            Interlocked.Add(ref _prepareTicks, Stopwatch.GetTimestamp() - looked);
            return new FedPicture(prepared, null);
        }
        catch (SimileException error)
        {
            return new FedPicture(null, error);
        }
        catch (OutOfMemoryException error)
        {
            return new FedPicture(
                null,
                new SimileException(
                    ErrorCode.ImageTooLarge,
                    "There is not enough memory for the picture. Make it smaller, or lower ImageLimits.MaxMemoryBytes.",
                    error
                )
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return default;
        }
        catch (Exception error)
        {
            // A decoder of the user's own may throw anything; it must not fail the other pictures.
            return new FedPicture(null, ImageErrors.Damaged($"its decoder failed ({error.GetType().Name}: {error.Message})", error));
        }
    }
}

/// <summary>A picture ready for the network, or why it is not.</summary>
/// <param name="Picture">The prepared picture.</param>
/// <param name="Error">Why there is none.</param>
internal readonly record struct FedPicture(PreparedImage? Picture, SimileException? Error);
