namespace Simile.Imaging.Decoding.Png;

/// <summary>Reads PNG (W3C, third edition), of animations the picture that Pillow shows first.</summary>
internal sealed class PngDecoder : IImageDecoder
{
    private const int ChunksBetweenChecks = 64;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith(Signature);

    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        PngFacts facts = new();
        ChunkReader chunks = new(file, Signature.Length);
        List<Range> parts = [ReadHead(ref chunks, facts, budget)];
        while (ReadPart(ref chunks, facts) is { } part)
        {
            parts.Add(part);
        }
        PngPixels pixels = new(facts, budget);
        RgbImage image = pixels.Decode(file, parts);
        if (pixels.PartsRead < parts.Count && chunks.IsBehindEnd)
        {
            throw ImageErrors.Damaged("its last chunk of pixels is cut off");
        }
        ReadTail(ref chunks, facts, budget);
        return new DecodedImage(image, ImageFormat.Png, PngOrientation.Of(facts.Texts));
    }

    // Up to the first pixels. Pillow compares the checksums of all chunks here, and of none behind.
    private static Range ReadHead(ref ChunkReader chunks, PngFacts facts, DecodeBudget budget)
    {
        for (int count = 0; chunks.TryNext(out Chunk chunk) && chunk.Type != ChunkType.End; count++)
        {
            CheckTime(count, budget);
            if (chunk.Type is ChunkType.Data or ChunkType.FrameData)
            {
                facts.Animation.Begin();
                return Part(chunks, chunk, facts);
            }
            facts.Take(chunk.Type, chunks.Data(chunk));
            chunks.CheckCrc(chunk);
        }
        throw ImageErrors.Damaged("it holds no pixels");
    }

    private static Range? ReadPart(ref ChunkReader chunks, PngFacts facts)
    {
        ChunkReader ahead = chunks;
        if (!ahead.TryNext(out Chunk chunk) || chunk.Type is not (ChunkType.Data or ChunkType.DraftData or ChunkType.FrameData))
        {
            return null;
        }
        chunks = ahead;
        return Part(chunks, chunk, facts);
    }

    private static Range Part(in ChunkReader chunks, in Chunk chunk, PngFacts facts)
    {
        Range bytes = chunks.Available(chunk);
        if (chunk.Type != ChunkType.FrameData)
        {
            return bytes;
        }
        facts.Animation.TakeData(chunks.AvailableData(chunk));
        return (bytes.Start.Value + 4)..bytes.End;
    }

    private static void ReadTail(ref ChunkReader chunks, PngFacts facts, DecodeBudget budget)
    {
        for (int count = 0; chunks.TryNext(out Chunk chunk) && chunk.Type != ChunkType.End; count++)
        {
            CheckTime(count, budget);
            if (chunk.Type == ChunkType.FrameControl && facts.Animation.Moves)
            {
                return;
            }
            ReadOnlySpan<byte> data = chunks.Data(chunk);
            if (chunk.Type == ChunkType.FrameData)
            {
                facts.Animation.TakeData(data);
            }
            else
            {
                facts.Take(chunk.Type, data);
            }
        }
    }

    private static void CheckTime(int chunks, DecodeBudget budget)
    {
        if (chunks % ChunksBetweenChecks == 0)
        {
            budget.CheckTime();
        }
    }
}
