using System.Text;
using Simile.Ingestion;

namespace Simile.Tests.Ingestion;

/// <summary>Bytes become text as the file declares, and one odd byte costs itself.</summary>
public class EncodingTests
{
    // Bytes by Python's codecs: text.encode(name).hex().
    [Theory]
    [InlineData("a.html", "<meta charset=iso-8859-1><p>", "6372e86d65", "crème")]
    [InlineData("a.html", "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=Shift_JIS\"><p>", "92f28e71", "梯子")]
    [InlineData("a.html", "<?xml version=\"1.0\" encoding=\"EUC-KR\"?><html><p>", "bbe7b4d9b8ae", "사다리")]
    [InlineData("a.html", "<!-- <meta charset=utf-8> --><META CHARSET='gb2312'><p>", "ccddd7d3", "梯子")]
    [InlineData("a.htm", "<meta charset=\"koi8-r\"><p>", "ccc5d3d4cec9c3c1", "лестница")]
    [InlineData("a.xhtml", "<?xml version='1.0' encoding='windows-1251'?><p>", "ebe5f1f2ede8f6e0", "лестница")]
    [InlineData("a.html", "<meta charset=iso-8859-1><p>", "6372c3a86d65", "crème")]
    public void AFileIsReadInTheEncodingThatItDeclares(string name, string head, string hex, string expected)
    {
        var contents = DocumentReaders.Read(name, [.. Encoding.ASCII.GetBytes(head), .. Convert.FromHexString(hex)]);
        Assert.Equal([expected], contents.Blocks.Select(block => block.Text));
        Assert.Empty(contents.Notes);
    }

    [Fact]
    public void TheCommentOfAScriptDeclaresItsEncoding() =>
        Assert.Equal(
            "# -*- coding: latin-1 -*-\nname = 'René'",
            DocumentText.Decode(Encoding.Latin1.GetBytes("# -*- coding: latin-1 -*-\nname = 'René'"), "a.py")
        );

    [Theory]
    [InlineData(true, "Die Straße ist naß.\n")]
    [InlineData(false, "Die Straße ist naß.\n")]
    [InlineData(true, "梯子在仓库里。 每周检查。\n")]
    [InlineData(false, "梯子在仓库里。 每周检查。\n")]
    public void Utf16WithoutAMarkIsSeen(bool bigEndian, string text)
    {
        var notes = new List<string>();
        Assert.Equal(text, DocumentText.Decode(new UnicodeEncoding(bigEndian, byteOrderMark: false).GetBytes(text), "a.txt", notes));
        Assert.Contains("UTF-16", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Grüße \uFFFD Ende",
        new byte[] { 0x47, 0x72, 0xC3, 0xBC, 0xC3, 0x9F, 0x65, 0x20, 0xE9, 0x20, 0x45, 0x6E, 0x64, 0x65 },
        "UTF-8"
    )]
    [InlineData("Übergröße", new byte[] { 0xDC, 0x62, 0x65, 0x72, 0x67, 0x72, 0xF6, 0xDF, 0x65 }, "Windows-1252")]
    [InlineData("“it”", new byte[] { 0x93, 0x69, 0x74, 0x94 }, "Windows-1252")]
    [InlineData("h\uFFFDi", new byte[] { 0x68, 0xFF, 0x69 }, "UTF-8")]
    public void AStrayByteIsReplacedAndALegacyEncodingGuessedAndBothAreTold(string expected, byte[] bytes, string told)
    {
        var notes = new List<string>();
        Assert.Equal(expected, DocumentText.Decode(bytes, "a.txt", notes));
        Assert.Contains(told, Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void AZeroByteCostsItself()
    {
        var notes = new List<string>();
        var text = new string('\0', 300) + string.Concat(Enumerable.Repeat("pump started at noon\n", 20));
        Assert.Equal("\uFFFD" + text.TrimStart('\0'), DocumentText.Decode(Encoding.ASCII.GetBytes(text), "a.log", notes));
        Assert.Single(notes);
    }

    [Fact]
    public void OnlyLineEndsEndLines() =>
        Assert.Equal(
            "a\nb\nc\nd\u2028e\u2029f\u0085g\u000Bh\u000Ci",
            DocumentText.Decode(Encoding.UTF8.GetBytes("a\r\nb\rc\nd\u2028e\u2029f\u0085g\u000Bh\u000Ci"), "a.txt")
        );
}
