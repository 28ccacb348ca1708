using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Png;

/// <summary>A part of the picture.</summary>
internal readonly record struct Region(long X, long Y, long Width, long Height);

/// <summary>What an animated PNG says of its frames, as far as the first one needs it (PNG, third edition, 11.3.4).</summary>
internal sealed class Animation
{
    private uint? _frames;
    private uint? _sequence;

    /// <summary>The place of the frame whose data follow; null where they are the whole picture.</summary>
    public Region? Frame { get; private set; }

    /// <summary>Whether the data that Pillow shows are a picture of their own, no frame.</summary>
    public bool HasStill { get; private set; }

    /// <summary>Whether there is more than one picture in the file.</summary>
    public bool Moves => (_frames ?? 1) + (HasStill ? 1L : 0L) > 1;

    /// <summary>The pixels begin.</summary>
    public void Begin() => HasStill = _frames is not null && Frame is null;

    /// <summary>acTL.</summary>
    public void TakeControl(ReadOnlySpan<byte> data)
    {
        Require(data, 8);
        uint frames = BinaryPrimitives.ReadUInt32BigEndian(data);
        // Pillow takes a second acTL for a sign that the file is none, and a nonsensical count for none.
        _frames =
            _frames is not null ? null
            : frames is 0 or > 0x80000000 ? null
            : frames;
    }

    /// <summary>fcTL.</summary>
    public void TakeFrame(ReadOnlySpan<byte> data, long width, long height)
    {
        Require(data, 26);
        TakeSequence(data, first: true);
        Region frame = new(Read(data, 12), Read(data, 16), Read(data, 4), Read(data, 8));
        if (frame.X + frame.Width > width || frame.Y + frame.Height > height)
        {
            throw ImageErrors.Damaged("a frame of its animation lies outside");
        }
        Frame = frame;
    }

    /// <summary>fdAT: its sequence number.</summary>
    public void TakeData(ReadOnlySpan<byte> data)
    {
        Require(data, 4);
        TakeSequence(data, first: false);
    }

    private void TakeSequence(ReadOnlySpan<byte> data, bool first)
    {
        uint number = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (_sequence is { } last ? number != last + 1L : !first || number != 0)
        {
            throw ImageErrors.Damaged("the frames of its animation are out of order");
        }
        _sequence = number;
    }

    private static void Require(ReadOnlySpan<byte> data, int length)
    {
        if (data.Length < length)
        {
            throw ImageErrors.Damaged("a chunk of its animation is too short");
        }
    }

    private static long Read(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
}
