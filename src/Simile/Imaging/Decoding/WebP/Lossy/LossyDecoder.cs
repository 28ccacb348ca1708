using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Decodes VP8 key frames (RFC 6386) into RGB.</summary>
internal sealed class LossyDecoder
{
    private const int HeaderBytes = 10;
    private readonly FrameHeader _header;
    private readonly BoolDecoder[] _partitions;
    private readonly Frame _frame;
    private readonly ModeReader _modes;
    private readonly ResidualReader _residuals;
    private readonly Reconstruction _reconstruction;
    private readonly LoopFilter _filter;
    private readonly FrameOutput _output;
    private readonly DecodeBudget _budget;
    private BoolDecoder _first;
    private Macroblock[] _row;
    private Macroblock[] _rowAbove;

    private LossyDecoder(byte[] data, RgbImage image, DecodeBudget budget)
    {
        var firstSize = (data[0] | (data[1] << 8) | (data[2] << 16)) >> 5;
        if (firstSize > data.Length - HeaderBytes)
        {
            throw ImageErrors.Damaged("it ends within its first partition");
        }

        _first = new BoolDecoder(data, HeaderBytes, HeaderBytes + firstSize);
        _header = new FrameHeader(ref _first);
        _partitions = Partitions.Find(data, HeaderBytes + firstSize, _header.PartitionCount);
        _frame = new Frame((image.Width + 15) / 16, (image.Height + 15) / 16);
        _modes = new ModeReader(_header, _frame.Columns);
        _residuals = new ResidualReader(_header.Coefficients, _frame.Columns);
        _reconstruction = new Reconstruction(_frame, _residuals.Coefficients);
        _filter = new LoopFilter(_frame, _header.HasSimpleFilter);
        _output = new FrameOutput(_frame, image);
        _row = new Macroblock[_frame.Columns];
        _rowAbove = new Macroblock[_frame.Columns];
        _budget = budget;
    }

    /// <summary>Decodes a picture.</summary>
    /// <param name="data">The chunk's payload.</param>
    /// <param name="budget">What it may cost.</param>
    public static RgbImage Decode(ReadOnlySpan<byte> data, DecodeBudget budget)
    {
        var (width, height) = PictureSize.Lossy(data, data.Length);
        budget.CheckMemory((3L * width * height) + Frame.Bytes((width + 15) / 16, (height + 15) / 16) + data.Length);
        var image = RgbImage.Uninitialized(width, height);
        new LossyDecoder(data.ToArray(), image, budget).Run();
        return image;
    }

    // A row is smoothed when the one below it is built, as that one is foretold from samples not yet smoothed.
    private void Run()
    {
        for (var row = 0; row < _frame.Rows; row++)
        {
            _budget.CheckTime();
            Build(row);
            Smooth(row - 1);
            (_row, _rowAbove) = (_rowAbove, _row);
        }

        Smooth(_frame.Rows - 1);
        _output.WriteUpTo(int.MaxValue);
    }

    private void Build(int row)
    {
        _modes.StartRow();
        _residuals.StartRow();
        ref var partition = ref _partitions[row & (_partitions.Length - 1)];
        for (var column = 0; column < _frame.Columns; column++)
        {
            ref var block = ref _row[column];
            _modes.Read(ref _first, column, ref block);
            if (block.Skips)
            {
                _residuals.Skip(column, ref block);
            }
            else
            {
                _residuals.Read(ref partition, column, _header.Segments[block.Segment], ref block);
            }

            _reconstruction.Build(column, row, block);
        }

        if (_first.IsPastEnd || partition.IsPastEnd)
        {
            throw ImageErrors.Damaged("it ends before its last macroblock");
        }
    }

    // The next row's upper edge changes three rows more; chroma reaches twice as far.
    private void Smooth(int row)
    {
        if (row < 0)
        {
            return;
        }

        for (var column = 0; _header.HasFilter && column < _frame.Columns; column++)
        {
            var block = _rowAbove[column];
            var segment = _header.Segments[block.Segment];
            _filter.Run(column, row, block.IsSubdivided ? segment.Subdivided : segment.Whole, block.IsSubdivided || block.HasCoefficients);
        }

        _output.WriteUpTo((16 * row) + 8);
    }
}

/// <summary>Finds the partitions of coefficients behind the first one (RFC 6386, 9.5).</summary>
internal static class Partitions
{
    /// <summary>A decoder for each.</summary>
    /// <param name="data">The frame.</param>
    /// <param name="at">Where the sizes of the partitions are.</param>
    /// <param name="count">Partitions.</param>
    public static BoolDecoder[] Find(byte[] data, int at, int count)
    {
        var partitions = new BoolDecoder[count];
        var start = at + (3 * (count - 1));
        for (var i = 0; i < count; i++, at += 3)
        {
            if (start > data.Length || (start == data.Length && i == count - 1))
            {
                throw ImageErrors.Damaged("it ends before its coefficients");
            }

            // The last partition's size is not written; a partition that is cut short is read as far as it goes.
            var size = i == count - 1 ? int.MaxValue : data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
            var end = start + Math.Min(size, data.Length - start);
            partitions[i] = new BoolDecoder(data, start, end);
            start = end;
        }

        return partitions;
    }
}

/// <summary>How a macroblock is foretold, and which of its blocks have coefficients.</summary>
internal struct Macroblock
{
    /// <summary>Its segment.</summary>
    public byte Segment;

    /// <summary>Whether it says that it has no coefficients.</summary>
    public bool Skips;

    /// <summary>Whether each subblock has a mode of its own.</summary>
    public bool IsSubdivided;

    /// <summary>The modes of its 16 subblocks; all the same if it is not subdivided.</summary>
    public ModeArray Modes;

    /// <summary>The mode of both chroma blocks.</summary>
    public SubblockMode Chroma;

    /// <summary>For each of 16 luma and 8 chroma blocks: 0 without coefficients, 1 for the first alone, 2 for more.</summary>
    public CountArray Filled;

    /// <summary>Whether any block has coefficients.</summary>
    public bool HasCoefficients;

    [InlineArray(16)]
    public struct ModeArray
    {
        private SubblockMode _first;
    }

    [InlineArray(24)]
    public struct CountArray
    {
        private byte _first;
    }
}

/// <summary>What a kind of coefficients is multiplied with.</summary>
internal readonly record struct Scale(int Direct, int Alternating);

/// <summary>How strongly a macroblock's edges are smoothed (RFC 6386, 15).</summary>
/// <param name="Limit">The largest step across an edge that is smoothed; 0 for none at all.</param>
/// <param name="Interior">The largest step beside it.</param>
/// <param name="HighVariance">From which step on a neighbourhood counts as uneven.</param>
internal readonly record struct Smoothing(int Limit, int Interior, int HighVariance);

/// <summary>What the macroblocks of a segment share.</summary>
internal sealed record Segment(Scale Luma, Scale Second, Scale Chroma, Smoothing Whole, Smoothing Subdivided);

/// <summary>A frame's planes, in whole macroblocks.</summary>
internal sealed class Frame(int columns, int rows)
{
    /// <summary>Macroblocks in a row.</summary>
    public int Columns => columns;

    /// <summary>Rows of macroblocks.</summary>
    public int Rows => rows;

    /// <summary>(16 rows, 16 columns) samples.</summary>
    public Plane Luma { get; } = new(16 * columns, 16 * rows);

    /// <summary>(8 rows, 8 columns) samples of U.</summary>
    public Plane Blue { get; } = new(8 * columns, 8 * rows);

    /// <summary>(8 rows, 8 columns) samples of V.</summary>
    public Plane Red { get; } = new(8 * columns, 8 * rows);

    /// <summary>What a frame takes.</summary>
    public static long Bytes(int columns, int rows) => Plane.Bytes(16 * columns, 16 * rows) + (2 * Plane.Bytes(8 * columns, 8 * rows));
}

/// <summary>One component of a frame, with the border that prediction looks at: 127 above, 129 to the left (RFC 6386, 12.2).</summary>
internal sealed class Plane
{
    private const int Margin = 16;

    /// <summary>Makes a plane.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public Plane(int width, int height)
    {
        Stride = width + (2 * Margin);
        Data = GC.AllocateUninitializedArray<byte>(checked((int)Bytes(width, height)));
        Data.AsSpan(0, Stride).Fill(127);
        for (var y = 0; y < height; y++)
        {
            Data[At(0, y) - 1] = 129;
        }
    }

    /// <summary>All samples, (1 + H, 16 + W + 16).</summary>
    public byte[] Data { get; }

    /// <summary>From a sample to the one below it.</summary>
    public int Stride { get; }

    /// <summary>What a plane takes.</summary>
    public static long Bytes(int width, int height) => (width + (2L * Margin)) * (height + 1L);

    /// <summary>Where a sample lies.</summary>
    public int At(int x, int y) => ((y + 1) * Stride) + Margin + x;
}

/// <summary>Turns rows of a frame into rows of a picture.</summary>
internal sealed class FrameOutput
{
    private readonly Frame _frame;
    private readonly RgbImage _image;
    private readonly int _chromaWidth;
    private readonly ushort[] _sums;
    private readonly byte[] _blue;
    private readonly byte[] _red;
    private int _next;

    public FrameOutput(Frame frame, RgbImage image)
    {
        (_frame, _image, _chromaWidth) = (frame, image, (image.Width + 1) / 2);
        _sums = new ushort[_chromaWidth + 2 + ChromaUpsampling.Slack];
        _blue = new byte[(2 * _chromaWidth) + (2 * ChromaUpsampling.Slack)];
        _red = new byte[_blue.Length];
    }

    /// <summary>Writes the rows up to one that are not written yet.</summary>
    public void WriteUpTo(int end)
    {
        for (end = Math.Min(end, _image.Height); _next < end; _next++)
        {
            Write(_next);
        }
    }

    private void Write(int y)
    {
        var near = y / 2;
        var far = Math.Clamp((y & 1) == 0 ? near - 1 : near + 1, 0, ((_image.Height + 1) / 2) - 1);
        Double(_frame.Blue, near, far, _blue);
        Double(_frame.Red, near, far, _red);
        var luma = _frame.Luma.Data.AsSpan(_frame.Luma.At(0, y));
        ColourConversion.Row(luma, _blue, _red, _image.Writable.Slice(3 * y * _image.Width, 3 * _image.Width));
    }

    private void Double(Plane plane, int near, int far, byte[] doubled) =>
        ChromaUpsampling.Row(plane.Data.AsSpan(plane.At(0, near)), plane.Data.AsSpan(plane.At(0, far)), _chromaWidth, _sums, doubled);
}
