using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Simile.Documents;
using Simile.Ingestion;

namespace Simile.Cli.Tests;

/// <summary>Documents of foreign libraries are read in processes of their own: a hostile one costs itself only.</summary>
public sealed class DocumentProcessTests : IDisposable
{
    private static readonly string Program = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    private static readonly string[] Arguments = [Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll"), "::read-documents"];
    private static readonly DocumentLimits Patient = new() { MaxTime = TimeSpan.FromMinutes(10) };
    private readonly TemporaryFolder _folder = new();

    private static int Mutations =>
        int.TryParse(Environment.GetEnvironmentVariable("SIMILE_MUTATIONS"), CultureInfo.InvariantCulture, out var count) ? count : 60;

    [Fact]
    public async Task AFolderOfDocumentsIsSearchedByPageSlideAndSheet()
    {
        foreach (var name in (string[])["paper.pdf", "slides.pptx", "prices.xlsx", "otter.eml", "locked.pdf", "scan.pdf"])
        {
            File.Copy(Sample(name), _folder.File(name));
        }

        File.WriteAllBytes(_folder.File("bomb.docx"), Zip("word/document.xml", new string(' ', 8 << 20)));
        async Task<JsonElement> BestAsync(string query)
        {
            var said = await CliProcess.RunAsync(null, "search", query, "--in", _folder.Path, "--json", "--top", "1", "--mode", "keyword");
            foreach (var code in (string[])["SIM504", "SIM506", "SIM507"])
            {
                Assert.Contains(code, said.Error, StringComparison.Ordinal);
            }

            return JsonDocument.Parse(said.Output).RootElement;
        }

        var page = await BestAsync("grass roots");
        Assert.Equal(("page 2", "On wombats > Food"), (page.GetProperty("place").GetString(), page.GetProperty("heading").GetString()));
        Assert.Equal("slide 1", (await BestAsync("dunes")).GetProperty("place").GetString());
        Assert.Equal("sheet Prices, row 2", (await BestAsync("saddle 120.5")).GetProperty("place").GetString());
    }

    [Fact]
    public void MutatedAndTruncatedDocumentsAreCodedErrors()
    {
        var readers = new ReaderSet(DocumentFormats.IsolatedReaders(Program, Arguments, Patient));
        foreach (var name in (string[])["paper.pdf", "js.pdf", "owned.pdf"])
        {
            var (sound, random) = (File.ReadAllBytes(Sample(name)), new Random(name.Length));
            for (var i = 0; i < Mutations; i++)
            {
                var bytes = i < 10 ? sound[..(sound.Length * i / 10)] : sound.ToArray();
                for (var flips = i < 10 ? 0 : random.Next(1, 20); flips > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                Assert.Matches("^(SIM50[2-9]|fine)$", CodeOf(() => readers.Read(name, bytes)));
            }
        }
    }

    [Fact]
    public void NestedObjectsOfAPdfAreRefused()
    {
        var readers = new ReaderSet(DocumentFormats.IsolatedReaders(Program, Arguments, Patient));
        var nested = new string('[', 100_000) + new string(']', 100_000);
        Assert.Equal(
            ErrorCode.DocumentTooLarge,
            CodeOf(() => readers.Read("a.pdf", Pdf(Encoding.ASCII.GetBytes($"<</Type/Catalog/Pages 2 0 R/X {nested}>>"))))
        );
        Assert.NotEmpty(readers.Read("lib.pdf", File.ReadAllBytes(Sample("lib.pdf"))).Blocks);
    }

    [Fact]
    public void ADocumentThatTakesTooLongOrTooMuchMemoryEndsItsProcessOnly()
    {
        // Forms that draw forms: its time doubles with each.
        var slow = new DocumentLimits { MaxTime = TimeSpan.FromSeconds(2) };
        var readers = new ReaderSet(DocumentFormats.IsolatedReaders(Program, Arguments, slow));
        Assert.Equal(ErrorCode.DocumentTooSlow, CodeOf(() => readers.Read("a.pdf", Forms())));

        var small = new ReaderSet(DocumentFormats.IsolatedReaders(Program, Arguments, Patient with { MaxMemory = 96L << 20 }));
        Assert.Contains(
            CodeOf(() => small.Read("a.xlsx", ManyStrings(400_000))),
            (string[])[ErrorCode.DocumentTooLarge, ErrorCode.DocumentReaderFailed]
        );
        Assert.NotEmpty(small.Read("lib.pdf", File.ReadAllBytes(Sample("lib.pdf"))).Blocks);
    }

    [Fact]
    public void AProgramThatDoesNotServeIsToldAsSuch() =>
        Assert.Equal(
            ErrorCode.DocumentReaderFailed,
            CodeOf(() => new ReaderSet(DocumentFormats.IsolatedReaders("no-such-program", [])).Read("a.pdf", "%PDF-1.4"u8.ToArray()))
        );

    public void Dispose() => _folder.Dispose();

    private static string CodeOf(Func<DocumentContents> read)
    {
        try
        {
            read();
            return "fine";
        }
        catch (SimileException error)
        {
            return error.Code;
        }
    }

    private static string Sample(string name) => RepositoryRoot.Find("tests", "Simile.Documents.Tests", "Files", name);

    private static byte[] Forms()
    {
        string Form(int next) =>
            Stream("/X Do /X Do /X Do /X Do", $"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X {next} 0 R>>>>");
        string[] objects =
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
            Stream("/X Do", string.Empty),
            .. Enumerable.Range(6, 30).Select(Form),
            Stream("BT ET", "/Type/XObject/Subtype/Form/BBox[0 0 1 1]"),
        ];
        return Pdf([.. objects.Select(Encoding.Latin1.GetBytes)]);
    }

    // A sound workbook, whose texts take more memory than there is.
    private static byte[] ManyStrings(int count)
    {
        using var bytes = new MemoryStream();
        bytes.Write(File.ReadAllBytes(Sample("prices.xlsx")));
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.GetEntry("xl/sharedStrings.xml")!.Delete();
            using var writer = new StreamWriter(zip.CreateEntry("xl/sharedStrings.xml").Open());
            writer.Write("<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">");
            var random = new Random(1);
            for (var i = 0; i < count; i++)
            {
                writer.Write($"<si><t>{random.NextInt64():x}{random.NextInt64():x}</t></si>");
            }

            writer.Write("</sst>");
        }

        return bytes.ToArray();
    }

    private static string Stream(string content, string more) => $"<</Length {content.Length}{more}>>stream\n{content}\nendstream";

    private static byte[] Pdf(params byte[][] objects)
    {
        using var file = new MemoryStream();
        file.Write("%PDF-1.4\n"u8);
        var places = new List<long>();
        for (var i = 0; i < objects.Length; i++)
        {
            places.Add(file.Length);
            file.Write([.. Encoding.ASCII.GetBytes($"{i + 1} 0 obj\n"), .. objects[i], .. "\nendobj\n"u8]);
        }

        var (count, at) = (objects.Length + 1, file.Length);
        var table = string.Concat(places.Select(place => $"{place:0000000000} 00000 n \n"));
        file.Write(
            Encoding.ASCII.GetBytes(
                $"xref\n0 {count}\n0000000000 65535 f \n{table}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF"
            )
        );
        return file.ToArray();
    }

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
