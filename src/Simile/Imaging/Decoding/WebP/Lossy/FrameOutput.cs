namespace Simile.Imaging.Decoding.WebP.Lossy;

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
