using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Simile.Imaging.Resampling;

namespace Simile.Imaging.Preparation;

/// <summary>How a picture becomes a network's input: resize, cut out the middle, bring to floats, normalize. Immutable.</summary>
internal sealed record ImagePreparation
{
    private const int Colours = 3;
    private const long MaxPixels = 16L << 20;
    private const int LongestSide = 1 << 16;

    /// <summary>torchvision's preparation of its first ImageNet weights (ResNet-50 V1): 256, 224, bilinear.</summary>
    public static ImagePreparation TorchvisionV1 { get; } =
        new()
        {
            ShortestEdge = 256,
            CropHeight = 224,
            CropWidth = 224,
            Mean = [0.485f, 0.456f, 0.406f],
            Deviation = [0.229f, 0.224f, 0.225f],
        };

    /// <summary>The shorter side after resizing, in pixels, the other in proportion (cut to whole pixels); null when
    /// <see cref="ExactHeight"/> decides or nothing is resized.</summary>
    public int? ShortestEdge { get; init; }

    /// <summary>Rows after resizing to an exact size, or null.</summary>
    public int? ExactHeight { get; init; }

    /// <summary>Columns after resizing to an exact size, or null.</summary>
    public int? ExactWidth { get; init; }

    /// <summary>How pixels are weighted in resizing.</summary>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Bilinear;

    /// <summary>Rows of the middle that is cut out, or null for all. A smaller picture gets black around it.</summary>
    public int? CropHeight { get; init; }

    /// <summary>Columns of the middle that is cut out, or null for all.</summary>
    public int? CropWidth { get; init; }

    /// <summary>Where the middle lies.</summary>
    public CropRounding Rounding { get; init; }

    /// <summary>What bytes are divided by.</summary>
    public float Divisor { get; init; } = 255;

    /// <summary>Taken away from red, green and blue.</summary>
    public ImmutableArray<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>What red, green and blue are divided by then.</summary>
    public ImmutableArray<float> Deviation { get; init; } = [1, 1, 1];

    /// <summary>Which of red (0), green (1) and blue (2) the network's first, second and third colour is.</summary>
    public ImmutableArray<int> ColourOrder { get; init; } = [0, 1, 2];

    /// <summary>Taken away at last, (3, rows, columns) of what is cut out, in the network's order of colours; empty for nothing.</summary>
    public ImmutableArray<float> MeanPicture { get; init; } = [];

    /// <summary>Prepares a picture. Every step is done in the arithmetic of the source: bytes until the picture is cut, then 32-bit
    /// floats.</summary>
    /// <param name="image">An upright picture.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ImageTooLarge"/> for a strip so long that resizing would blow it
    /// up.</exception>
    public PreparedImage Prepare(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        RequireSizes();
        var resized = Resize(image);
        var (height, width) = (CropHeight ?? resized.Height, CropWidth ?? resized.Width);
        if ((long)height * width > MaxPixels)
        {
            throw new SimileException(
                ErrorCode.ImageTooLarge,
                $"The picture would go into the network with {width} × {height} pixels, and the limit is {MaxPixels}. Make it smaller."
            );
        }

        var values = new float[Colours * height * width];
        for (var colour = 0; colour < Colours; colour++)
        {
            FillPlane(resized, ColourOrder[colour], values.AsSpan(colour * height * width, height * width), width);
        }

        for (var i = 0; i < MeanPicture.Length; i++)
        {
            values[i] -= MeanPicture[i];
        }

        return new PreparedImage(values, height, width);
    }

    /// <summary>All that decides about the floats, as a text: what digests and caches are made of.</summary>
    public string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"shortest={ShortestEdge};exact={ExactHeight}x{ExactWidth};filter={Filter};crop={CropHeight}x{CropWidth}:{Rounding};"
                + $"divisor={Divisor};mean={Joined(Mean)};deviation={Joined(Deviation)}{DescribeRest()}"
        );

    // What is as it mostly is goes unsaid, so that vectors of before keep their recipes.
    private string DescribeRest() =>
        (ColourOrder is [0, 1, 2] ? string.Empty : $";colours={string.Join(',', ColourOrder)}")
        + (
            MeanPicture.IsEmpty
                ? string.Empty
                : $";picture={Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(MeanPicture.AsSpan())))}"
        );

    // Joined by itself a list of floats is written as the current culture writes numbers, and the digest would be that of one country.
    private static string Joined(ImmutableArray<float> values) =>
        string.Join(',', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private void RequireSizes()
    {
        foreach (var side in (int?[])[ShortestEdge, ExactHeight, ExactWidth, CropHeight, CropWidth])
        {
            if (side is < 1 or > LongestSide)
            {
                throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"The preparation asks for a side of {side} pixels; 1 to {LongestSide} can be had."
                );
            }
        }
    }

    private RgbImage Resize(RgbImage image)
    {
        if (ExactHeight is { } rows && ExactWidth is { } columns)
        {
            return Resampler.Resize(image, columns, rows, Filter);
        }

        if (ShortestEdge is not { } edge)
        {
            return image;
        }

        var isWide = image.Width > image.Height;
        var (shorter, longer) = isWide ? (image.Height, image.Width) : (image.Width, image.Height);
        var proportional = (long)edge * longer / shorter;
        if (proportional > MaxPixels / edge)
        {
            throw new SimileException(
                ErrorCode.ImageTooLarge,
                $"The picture has {image.Width} × {image.Height} pixels; with its shorter side at {edge} it would have "
                    + $"{(decimal)proportional * edge}, and the limit is {MaxPixels}. Cut the long side first."
            );
        }

        var other = (int)proportional;
        return isWide ? Resampler.Resize(image, other, edge, Filter) : Resampler.Resize(image, edge, other, Filter);
    }

    private void FillPlane(RgbImage image, int colour, Span<float> plane, int width)
    {
        Span<float> table = stackalloc float[256];
        for (var value = 0; value < table.Length; value++)
        {
            table[value] = ((value / Divisor) - Mean[colour]) / Deviation[colour];
        }

        plane.Fill(table[0]);
        var (top, left) = (Offset(image.Height, plane.Length / width), Offset(image.Width, width));
        var (firstX, endX) = (Math.Max(0, -left), Math.Min(width, image.Width - left));
        for (var y = Math.Max(0, -top); y < Math.Min(plane.Length / width, image.Height - top); y++)
        {
            var row = image.Row(y + top);
            for (var x = firstX; x < endX; x++)
            {
                plane[(y * width) + x] = table[row[((x + left) * Colours) + colour]];
            }
        }
    }

    // The first pixel of the middle; negative where black is added before the picture.
    private int Offset(int size, int crop) =>
        Rounding switch
        {
            CropRounding.HuggingFace => (int)Math.Floor((size - crop) / 2.0),
            _ when size < crop => -((crop - size) / 2),
            _ => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven),
        };
}

/// <summary>Where the middle lies when the pixels left over are odd in number. The sources that are imitated differ.</summary>
internal enum CropRounding
{
    /// <summary>torchvision: cut at the even one of the two places; add the smaller part before.</summary>
    Torchvision,

    /// <summary>Hugging Face's image processors: cut at the smaller place; add the larger part before.</summary>
    HuggingFace,
}

/// <summary>What a vision network sees.</summary>
/// <param name="Values">(3, H, W): red, green and blue planes.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal sealed record PreparedImage(float[] Values, int Height, int Width);
