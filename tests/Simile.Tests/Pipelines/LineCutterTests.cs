using FsCheck;
using FsCheck.Fluent;
using Simile.Pipelines.Bulk;

namespace Simile.Tests.Pipelines;

/// <summary>Lines as a plain split gives them, whatever the size of the buffer.</summary>
public sealed class LineCutterTests
{
    [Fact]
    public void LinesAreThoseOfAPlainSplit()
    {
        var bytes =
            from content in Gen.Elements<byte>((byte)'a', (byte)'b', (byte)'\n', (byte)'\r', 0xC3).ArrayOf()
            from buffer in Gen.Choose(1, 9)
            select (content, buffer);
        Prop.ForAll(bytes.ToArbitrary(), given => HoldsAsync(given.content, given.buffer).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void BlocksGrowWithAFastModelAndShrinkWithASlowOne()
    {
        var size = new BlockSize(4096, TimeSpan.FromSeconds(1));
        Assert.Equal(256, size.Lines);
        size.Learn(256, TimeSpan.FromSeconds(0.01));
        size.Learn(512, TimeSpan.FromSeconds(0.5));
        Assert.InRange(size.Lines, 1020, 1024);
        size.Learn(1024, TimeSpan.FromSeconds(2));
        Assert.InRange(size.Lines, 510, 512);
        size.Learn(512, TimeSpan.FromSeconds(100));
        Assert.Equal(256, size.Lines);
        size.Learn(4096, TimeSpan.Zero);
        Assert.Equal(4096, size.Lines);
        Assert.Equal(4, new BlockSize(4, TimeSpan.Zero).Lines);
    }

    private static async Task<bool> HoldsAsync(byte[] content, int buffer)
    {
        var cutter = new LineCutter(new MemoryStream(content), buffer);
        var (lines, raw) = (new List<string>(), new List<byte>());
        while (await cutter.NextAsync(CancellationToken.None))
        {
            lines.Add(Convert.ToHexString(cutter.Line.Span));
            raw.AddRange(cutter.Raw.ToArray());
            Assert.Equal(raw.Count, cutter.BytesRead);
        }

        var text = System.Text.Encoding.Latin1.GetString(content).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var wanted = text.Split('\n').Select(line => Convert.ToHexString(System.Text.Encoding.Latin1.GetBytes(line))).ToList();
        if (content.Length == 0 || content[^1] is (byte)'\n' or (byte)'\r')
        {
            wanted.RemoveAt(wanted.Count - 1);
        }

        Assert.Equal(wanted, lines);
        Assert.Equal(content, raw);
        return true;
    }
}
