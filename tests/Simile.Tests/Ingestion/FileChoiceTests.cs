using System.Text.Json;
using Simile.Ingestion;

namespace Simile.Tests.Ingestion;

/// <summary>Which files of a folder are taken.</summary>
public sealed class FileChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Patterns
    {
        get
        {
            using var rows = Rows();
            return [.. rows.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("patterns").GetString()!)];
        }
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void GitIgnoresTheSame(string patterns)
    {
        using var rows = Rows();
        var row = rows.RootElement.GetProperty("rows").EnumerateArray().Single(row => row.GetProperty("patterns").GetString() == patterns);
        var ignore = new IgnorePatterns("/r", patterns.Split('\n'));
        var paths = rows.RootElement.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!);
        Assert.Equal(
            row.GetProperty("ignored").EnumerateArray().Select(path => path.GetString()),
            paths.Where(path => IsIgnored(ignore, path))
        );
    }

    [Fact]
    public void GitignoreHiddenAndPatternsChoose()
    {
        Make(".git/config.md", "kept.md", "a.log.md", "sub/.gitignore:!b.md", "sub/b.md", "sub/c.txt", ".hidden/d.md", "ignored/e.md");
        File.WriteAllText(_folder.File(".gitignore"), "*.log.md\nignored/\nsub/b.md\n");
        Assert.Equal(["kept.md", "sub/b.md", "sub/c.txt"], Found(new FileChoice()));
        Assert.Equal(
            [".hidden/d.md", "a.log.md", "ignored/e.md", "kept.md", "sub/b.md", "sub/c.txt"],
            Found(new FileChoice { FollowsGitignore = false, TakesHidden = true })
        );
        Assert.Equal(["sub/c.txt"], Found(new FileChoice { Include = ["*.txt"] }));
        Assert.Equal(["kept.md"], Found(new FileChoice { Exclude = ["/sub"] }));
        Assert.Equal(
            ["file ignored by git", "folder ignored by git", "hidden file", "hidden folder", "hidden folder"],
            DocumentFinder
                .Walk([_folder.Path])
                .PassedOver.Where(note => !note.Path.Contains("/sub/", StringComparison.Ordinal))
                .Select(note => note.Message)
                .Order(StringComparer.Ordinal)
        );

        // Within a repository, those of the folders around hold too.
        Assert.Equal(["sub/b.md", "sub/c.txt"], Found(new FileChoice(), "sub"));
    }

    [Fact]
    public void AFileUnderSeveralNamesIsTakenOnce()
    {
        Make("z.md", "sub/b.md");
        File.CreateSymbolicLink(_folder.File("a.md"), _folder.File("z.md"));
        using (var linking = System.Diagnostics.Process.Start("ln", [_folder.File("sub/b.md"), _folder.File("sub/c.md")]))
        {
            linking.WaitForExit();
        }

        Assert.Equal(["sub/b.md", "z.md"], Found(new FileChoice()));
        Assert.Equal(
            ["link to a file that is taken", "second name of a file that is taken"],
            DocumentFinder.Walk([_folder.Path]).PassedOver.Select(note => note.Message).Order(StringComparer.Ordinal)
        );
        Assert.Equal(2, DocumentFinder.Walk([_folder.File("a.md"), _folder.File("z.md")]).Files.Count);
    }

    [Fact]
    public void FilesOfMachinesAreRecognized()
    {
        var lines = string.Join('\n', Enumerable.Repeat("var name = compute(other, 12); // a comment", 200));
        File.WriteAllText(_folder.File("hand.js"), lines);
        File.WriteAllText(_folder.File("made.js"), "var a=" + string.Concat(Enumerable.Repeat("\"x\",", 5000)));
        File.WriteAllText(_folder.File("lib.min.css"), "a{}");
        File.WriteAllText(_folder.File("long.txt"), string.Concat(Enumerable.Repeat("a very long line about whales ", 1000)));
        File.WriteAllText(_folder.File("key.txt"), Convert.ToBase64String(new byte[9000], Base64FormattingOptions.InsertLineBreaks));
        Assert.Equal(["hand.js", "long.txt"], Found(new FileChoice()));
    }

    [Theory]
    [InlineData("a.heic", "save it as JPEG")]
    [InlineData("a.rtf", "save it as .docx or .odt")]
    [InlineData("a.zip", "unpack it")]
    [InlineData("a.pdf", "Simile.Documents")]
    public void AKindThatIsNotReadIsToldWithWhatToDo(string name, string expected)
    {
        var error = Assert.Throws<SimileException>(() => ReaderSet.Own.Read(name, "x"u8.ToArray()));
        Assert.Equal(ErrorCode.UnknownDocumentKind, error.Code);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChunksSpanNeighboringPlaces()
    {
        var blocks = ((string, string)[])[("One.", "page 3"), ("Two.", "page 4"), ("Three.", "sheet A, row 1"), ("Four.", "note")];
        var chunks = new Chunker(new EstimatedTokens()).Split(
            blocks.Select((block, i) => new TextBlock(block.Item1, i + 1, EndLine: i + 1) { Place = block.Item2 })
        );
        Assert.Equal(["page 3-4", "sheet A, row 1", "note"], chunks.Select(chunk => chunk.Place));
    }

    public void Dispose() => _folder.Dispose();

    private static JsonDocument Rows() =>
        JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Find("tests", "Simile.Tests", "Ingestion", "gitignore.json")));

    // What is in a folder that is ignored is ignored.
    private static bool IsIgnored(IgnorePatterns patterns, string path)
    {
        var isFolder = path.EndsWith('/');
        var names = path.TrimEnd('/').Split('/');
        return Enumerable
            .Range(1, names.Length)
            .Any(count => patterns.Takes("/r/" + string.Join('/', names[..count]), count < names.Length || isFolder) == true);
    }

    private IEnumerable<string> Found(FileChoice choice, string folder = "") =>
        DocumentFinder
            .Walk([_folder.File(folder)], choice: choice)
            .Files.Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/'));

    private void Make(params string[] files)
    {
        foreach (var file in files)
        {
            var parts = file.Split(':');
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(parts[0]))!);
            File.WriteAllText(_folder.File(parts[0]), parts.Length > 1 ? parts[1] : file);
        }
    }
}
