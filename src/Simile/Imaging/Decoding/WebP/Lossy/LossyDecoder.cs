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
