using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>A frame header (T.81, B.2.2): the picture's size and components.</summary>
internal sealed class JpegFrame
{
    /// <summary>Bytes of a header before its components, the length included.</summary>
    public const int FixedBytes = 8;

    private const int LargestSide = 65500;

    private JpegFrame(int width, int height, bool progressive, JpegComponent[] components)
    {
        (Width, Height, Progressive, Components) = (width, height, progressive, components);
        if (components.Length == 1)
        {
            components[0].SampleOnce();
        }

        Horizontal = components.Max(component => component.Horizontal);
        Vertical = components.Max(component => component.Vertical);
        McusAcross = JpegComponent.DivideUp(width, 8 * Horizontal);
        McusDown = JpegComponent.DivideUp(height, 8 * Vertical);
        Array.ForEach(components, component => component.Measure(this));
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>Whether coefficients come in several scans, each refining.</summary>
    public bool Progressive { get; }

    /// <summary>Its components.</summary>
    public JpegComponent[] Components { get; }

    /// <summary>The most blocks of a component across an MCU.</summary>
    public int Horizontal { get; }

    /// <summary>The most blocks of a component down an MCU.</summary>
    public int Vertical { get; }

    /// <summary>MCUs of all components across.</summary>
    public int McusAcross { get; }

    /// <summary>MCUs of all components down.</summary>
    public int McusDown { get; }

    /// <summary>Reads a frame header.</summary>
    public static JpegFrame Read(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker is not (Marker.BaselineFrame or Marker.ExtendedFrame or Marker.ProgressiveFrame))
        {
            throw ImageErrors.Unsupported(
                $"its JPEG process (frame marker FF{marker:X2}: arithmetic coding, lossless or hierarchical) has no decoder here"
            );
        }

        if (segment.Length < 6 || segment.Length != 6 + (3 * segment[5]))
        {
            throw ImageErrors.Damaged($"its frame header has {segment.Length} bytes");
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        CheckKind(segment[0], segment[5], width, height);
        return new JpegFrame(width, height, marker == Marker.ProgressiveFrame, ReadComponents(segment[6..]));
    }

    private static void CheckKind(int bits, int components, int width, int height)
    {
        if (bits != 8)
        {
            throw ImageErrors.Unsupported($"its samples have {bits} bits; only 8 are read");
        }

        if (components is not (1 or 3 or 4))
        {
            throw ImageErrors.Unsupported($"it has {components} components; 1 (grey), 3 (colour) and 4 (CMYK) are read");
        }

        if (height == 0)
        {
            throw ImageErrors.Unsupported("its height comes only behind its data (DNL)");
        }

        if (width is 0 or > LargestSide || height > LargestSide)
        {
            throw ImageErrors.Damaged($"it claims {width} × {height} pixels; each side may have 1 to {LargestSide}");
        }
    }

    private static JpegComponent[] ReadComponents(ReadOnlySpan<byte> segment)
    {
        JpegComponent[] components = new JpegComponent[segment.Length / 3];
        for (int i = 0; i < components.Length; i++)
        {
            ReadOnlySpan<byte> entry = segment.Slice(3 * i, 3);
            (int horizontal, int vertical) = (entry[1] >> 4, entry[1] & 15);
            if (horizontal is < 1 or > 4 || vertical is < 1 or > 4)
            {
                throw ImageErrors.Damaged($"a component is sampled {horizontal} × {vertical}; 1 to 4 are allowed");
            }

            components[i] = new JpegComponent(i, entry[0], horizontal, vertical, entry[2]);
        }

        return components;
    }
}
