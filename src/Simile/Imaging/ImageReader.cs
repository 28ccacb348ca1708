using Simile.Imaging.Decoding;

namespace Simile.Imaging;

/// <summary>Turns files into upright RGB pictures: finds the decoder, decodes within the limits, turns by the EXIF orientation.</summary>
/// <remarks>Equal to Pillow's <c>ImageOps.exif_transpose(Image.open(file)).convert("RGB")</c>. Immutable; any number of threads may use
/// one.</remarks>
internal sealed class ImageReader
{
    private readonly IReadOnlyList<IImageDecoder> _decoders;
    private readonly ImageLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Makes a reader.</summary>
    /// <param name="limits">What one picture may cost; <see cref="ImageLimits.Default"/> if null.</param>
    /// <param name="decoders">Decoders of your own, asked before Simile's.</param>
    /// <param name="time">The clock of <see cref="ImageLimits.MaxTime"/>.</param>
    public ImageReader(ImageLimits? limits = null, IEnumerable<IImageDecoder>? decoders = null, TimeProvider? time = null)
    {
        _limits = (limits ?? ImageLimits.Default).Validated();
        _decoders = [.. decoders ?? [], .. OwnDecoders.All];
        _time = time ?? TimeProvider.System;
    }

    /// <summary>What one picture may cost.</summary>
    public ImageLimits Limits => _limits;

    /// <summary>Decodes a file and turns it upright.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="cancellationToken">Ends decoding.</param>
    /// <returns>The upright picture; its orientation is what the file said.</returns>
    /// <exception cref="SimileException">SIM111 to SIM115.</exception>
    public DecodedImage Read(ReadOnlySpan<byte> file, CancellationToken cancellationToken = default)
    {
        if (file.Length > _limits.MaxFileBytes)
        {
            throw ImageErrors.TooLarge(
                $"the file has {file.Length} bytes; the limit is {_limits.MaxFileBytes}",
                nameof(ImageLimits.MaxFileBytes)
            );
        }
        DecodedImage decoded = Decoder(file).Decode(file, new DecodeBudget(_limits, _time, cancellationToken));
        return decoded with { Image = Upright.Turn(decoded.Image, decoded.Orientation) };
    }

    /// <summary>Whether a file that begins so is a picture that a decoder reads.</summary>
    /// <param name="head">The first 32 bytes or more.</param>
    public bool Recognizes(ReadOnlySpan<byte> head) => Find(head) is not null;

    private IImageDecoder Decoder(ReadOnlySpan<byte> file) => Find(file) ?? throw ImageErrors.Unknown(file);

    private IImageDecoder? Find(ReadOnlySpan<byte> head)
    {
        foreach (IImageDecoder decoder in _decoders)
        {
            if (decoder.Recognizes(head))
            {
                return decoder;
            }
        }
        return null;
    }
}
