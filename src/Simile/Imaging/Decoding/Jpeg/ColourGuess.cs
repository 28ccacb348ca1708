namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Finds out what components mean. T.81 does not say; segments of JFIF and Adobe do, else the components' names, in libjpeg's
/// order of trust.</summary>
internal static class ColourGuess
{
    /// <summary>The colour space of a frame.</summary>
    public static ColourSpace Of(JpegFrame frame, bool jfif, int? adobeTransform) =>
        frame.Components.Length switch
        {
            1 => ColourSpace.Grey,
            3 => jfif || !IsRgb(frame, adobeTransform) ? ColourSpace.Ycc : ColourSpace.Rgb,
            _ => adobeTransform is null or 0 ? ColourSpace.Cmyk : ColourSpace.Ycck,
        };

    private static bool IsRgb(JpegFrame frame, int? adobeTransform) =>
        adobeTransform is { } transform
            ? transform == 0
            : frame.Components.Select(component => component.Id).SequenceEqual("RGB"u8.ToArray());
}
