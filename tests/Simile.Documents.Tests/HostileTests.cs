using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Simile.Documents.Tests;

/// <summary>A hostile or damaged file is a coded error, or as much as can be read of it; never anything else.</summary>
public sealed class HostileTests
{
    private static readonly DocumentLimits Small = new()
    {
        MaxTime = TimeSpan.FromMinutes(30),
        MaxExpanded = 4 << 20,
        MaxPages = 3,
        MaxCharacters = 1000,
    };

    // PDF is read in a process of its own, as its library must be: see DocumentProcessTests.
    public static TheoryData<string> Files =>
        [
            "report.docx",
            "slides.pptx",
            "prices.xlsx",
            "report.odt",
            "book.epub",
            "otter.eml",
            "python.mbox",
            "a.json",
            "a.yaml",
            "a.toml",
            "a.xml",
            "a.org",
            "a.adoc",
            "a.rst",
            "a.ipynb",
            "a.svg",
        ];

    private static int Mutations =>
        int.TryParse(Environment.GetEnvironmentVariable("SIMILE_MUTATIONS"), CultureInfo.InvariantCulture, out var count) ? count : 60;

    [Theory]
    [MemberData(nameof(Files))]
    public void AnEmptyFileHoldsNothing(string name) => Assert.Empty(Reading.Of(name, []).Blocks);

    [Theory]
    [MemberData(nameof(Files))]
    public void ATruncatedFileIsACodedError(string name)
    {
        var bytes = Sample(name);
        for (var part = 1; part < 16; part++)
        {
            AssertCoded(name, bytes[..(bytes.Length * part / 16)]);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AMutatedFileIsACodedError(string name)
    {
        var random = new Random(name.Length + 11);
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Sample(name).ToArray();
            for (var flips = random.Next(1, 20); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            AssertCoded(name, bytes);
        }
    }

    [Theory]
    [InlineData("a.docx", "word/document.xml")]
    [InlineData("a.odt", "content.xml")]
    [InlineData("a.epub", "a.xhtml")]
    public void ABombIsNotExpanded(string name, string part) =>
        Assert.Equal(
            ErrorCode.DocumentTooLarge,
            Assert.Throws<SimileException>(() => Reading.Of(name, Zip(part, new string(' ', 8 << 20)), Small)).Code
        );

    [Theory]
    [InlineData("a.docx", "word/document.xml")]
    [InlineData("a.odt", "content.xml")]
    public void DeepElementsOfPackagesAreRefused(string name, string part) =>
        Assert.Equal(
            ErrorCode.DocumentTooLarge,
            Assert.Throws<SimileException>(() => Reading.Of(name, Zip(part, string.Concat(Enumerable.Repeat("<a>", 1000))))).Code
        );

    [Theory]
    [InlineData("a.json", "[")]
    [InlineData("a.yaml", "[")]
    [InlineData("a.toml", "a = [", "[")]
    [InlineData("a.xml", "<a>")]
    [InlineData("a.svg", "<text>")]
    [InlineData("a.ipynb", "{\"cells\":[", "[")]
    public void DeepNestingIsToldAndCostsNoStack(string name, string first, string? rest = null)
    {
        var bytes = Encoding.UTF8.GetBytes(first + string.Concat(Enumerable.Repeat(rest ?? first, 100_000)));
        try
        {
            Assert.NotEmpty(Reading.Of(name, bytes).Problems);
        }
        catch (SimileException error)
        {
            Assert.Contains(error.Code, (string[])[ErrorCode.DocumentTooLarge, ErrorCode.UnreadableDocument]);
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><l><x>first</x>&b;</l>")]
    [InlineData("<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><l><x>first</x>&x;</l>")]
    public void EntitiesDoNotExpand(string text)
    {
        var read = Reading.Of("a.xml", Encoding.UTF8.GetBytes(text));
        Assert.Equal(["x: first"], read.Blocks.Select(block => block.Text));
        Assert.Contains("undeclared entity", Assert.Single(read.Problems).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void AliasesDoNotMultiply()
    {
        var text = new StringBuilder("a: &a [x, x, x, x]\n");
        for (var name = 'b'; name <= 'z'; name++)
        {
            var before = (char)(name - 1);
            text.Append(CultureInfo.InvariantCulture, $"{name}: &{name} [*{before}, *{before}, *{before}, *{before}]\n");
        }

        Assert.Equal(4, Reading.Of("a.yaml", Encoding.UTF8.GetBytes(text.ToString())).Blocks.Sum(block => block.Text.Split('\n').Length));
    }

    [Fact]
    public void RepeatedCellsAreWrittenOnce()
    {
        const string Row =
            "<t:table-row t:number-rows-repeated='1048576'><t:table-cell t:number-columns-repeated='2000000000'/><t:table-cell "
            + "t:number-columns-repeated='9999'><x:p>end</x:p></t:table-cell></t:table-row>";
        var content =
            "<o:d xmlns:o='o' xmlns:t='t' xmlns:x='x'><office:spreadsheet xmlns:office='p'><t:table t:name='S'>"
            + string.Concat(Enumerable.Repeat(Row, 3))
            + "</t:table></office:spreadsheet></o:d>";
        Assert.Equal(
            ["[sheet S, row 1] S: end", "[sheet S, row 1048577] S: end", "[sheet S, row 2097153] S: end"],
            Reading.Of("a.ods", Zip("content.xml", content)).Lines()
        );
    }

    [Fact]
    public void LongDocumentsAreCutAndSaySo()
    {
        var pages = string.Concat(Enumerable.Repeat("From a\nSubject: s\n\nt\n\n", 5));
        var read = Reading.Of("a.mbox", Encoding.ASCII.GetBytes(pages), Small);
        Assert.Equal("[message 3] s: t", read.Lines().Last());
        Assert.Contains("Only the first 3 messages were read", Assert.Single(read.Notes), StringComparison.Ordinal);
        var many = Reading.Of(
            "a.json",
            Encoding.ASCII.GetBytes($"[{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"v{i}\""))}]"),
            Small
        );
        Assert.InRange(many.Blocks.Sum(block => block.Text.Length), 500, 1100);
        Assert.Contains("1,000 characters", Assert.Single(many.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void AnOldOrEncryptedOfficeFileIsToldAsSuch()
    {
        byte[] old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[512]];
        Assert.Equal(ErrorCode.UnknownDocumentKind, Assert.Throws<SimileException>(() => Reading.Of("a.docx", old)).Code);
        byte[] locked = [.. old, .. Encoding.Unicode.GetBytes("EncryptedPackage")];
        Assert.Equal(ErrorCode.EncryptedDocument, Assert.Throws<SimileException>(() => Reading.Of("a.xlsx", locked)).Code);
    }

    private static void AssertCoded(string name, byte[] bytes)
    {
        try
        {
            Assert.All(Reading.Of(name, bytes).Blocks, block => Assert.InRange(block.StartLine, 1, int.MaxValue));
        }
        catch (SimileException error)
        {
            Assert.Matches("^SIM50[2-9]$", error.Code);
        }
    }

    private static byte[] Sample(string name) =>
        name switch
        {
            "a.json" or "a.ipynb" => """{"cells":[{"cell_type":"markdown","source":["# A\n","b"],"n":[1,2.5,true,null]}]}"""u8.ToArray(),
            "a.yaml" => "a: &x {b: [1, 'two'], c: |\n  text\n  more}\nd: *x\n---\n- e\n"u8.ToArray(),
            "a.toml" => "a = 1\n[b.c]\nd = [1, {e = \"f\"}]\n[[g]]\nh = 2024-01-01\n"u8.ToArray(),
            "a.xml" or "a.svg" => "<?xml version='1.0'?><a b='c'><title>d &amp; e</title><text>f<g/></text><![CDATA[h]]></a>"u8.ToArray(),
            "a.org" => "* A\n:P:\n:END:\n| b | c |\n#+begin_src\nd\n#+end_src\n- *e* [[f][g]]\n"u8.ToArray(),
            "a.adoc" => "= A\n\n----\nb\n----\n|===\n|c |d\n|===\n* *e* f[g]\n////\nh\n////\n"u8.ToArray(),
            "a.rst" => "A\n=\n\n.. note:: b\n\n   c\n\nd::\n\n  e\n\n- `f <g>`_ ``h``\n"u8.ToArray(),
            _ => Reading.File(name),
        };

    private static byte[] Zip(string name, string content)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(content);
        }

        return bytes.ToArray();
    }
}
