namespace Simile.Imaging.Decoding;

/// <summary>Takes the memory of a picture, after asking.</summary>
internal static class Canvas
{
    /// <summary>A picture still to be written.</summary>
    /// <param name="width">The columns that the file claims.</param>
    /// <param name="height">The rows that the file claims.</param>
    /// <param name="besides">Bytes that decoding takes besides.</param>
    /// <param name="budget">What it may cost.</param>
    public static RgbImage Take(long width, long height, long besides, DecodeBudget budget)
    {
        budget.CheckSize(width, height);
        long bytes = 3 * width * height;
        budget.CheckMemory(bytes + besides);
        if (bytes > Array.MaxLength || besides > Array.MaxLength)
        {
            throw ImageErrors.TooLarge($"{width} × {height} pixels do not fit one array", nameof(ImageLimits.MaxPixels));
        }
        return RgbImage.Uninitialized((int)width, (int)height);
    }

    /// <summary>Fills pixels with one colour.</summary>
    public static void Fill(Span<byte> rgb, ReadOnlySpan<byte> colour)
    {
        if (colour[0] == colour[1] && colour[1] == colour[2])
        {
            rgb.Fill(colour[0]);
            return;
        }
        for (int i = 0; i < rgb.Length; i += 3)
        {
            colour.CopyTo(rgb[i..]);
        }
    }
}
