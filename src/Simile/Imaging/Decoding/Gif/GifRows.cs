namespace Simile.Imaging.Decoding.Gif;

/// <summary>Takes the first picture's pixels in the order of the file and puts them on the screen, row by row.</summary>
internal sealed class GifRows(GifFrame frame, RgbImage screen)
{
    // First row and step of an interlaced picture's passes (GIF89a, appendix E).
    private static readonly (int First, int Step)[] Passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
    private readonly byte[] _row = new byte[frame.Width];
    private int _x;
    private int _y;
    private int _pass;

    /// <summary>Whether all pixels are there.</summary>
    public bool AreFull { get; private set; }

    /// <summary>Takes pixels; those behind the last row are dropped.</summary>
    public void Write(ReadOnlySpan<byte> indices)
    {
        while (!indices.IsEmpty && !AreFull)
        {
            int count = Math.Min(indices.Length, _row.Length - _x);
            indices[..count].CopyTo(_row.AsSpan(_x));
            indices = indices[count..];
            _x += count;
            if (_x == _row.Length)
            {
                EndRow();
            }
        }
    }

    private void EndRow()
    {
        int at = (((frame.Y + _y) * screen.Width) + frame.X) * 3;
        frame.Colours.LookUp(_row, 8, screen.Writable.Slice(at, _row.Length * 3));
        _x = 0;
        _y += frame.Interlaced ? Passes[_pass].Step : 1;
        while (frame.Interlaced && _y >= frame.Height && ++_pass < Passes.Length)
        {
            _y = Passes[_pass].First;
        }
        AreFull = _y >= frame.Height;
    }
}
