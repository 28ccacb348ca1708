using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>What 'index' says of a folder as people have them.</summary>
public sealed class IndexCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task WhatIsLeftOutIsSaid()
    {
        Directory.CreateDirectory(_folder.File("docs", ".hidden"));
        foreach (
            var (name, content) in (ReadOnlySpan<(string, string)>)
                [
                    ("a.md", "Owls hoot."),
                    ("b.heic", "x"),
                    ("c.heic", "x"),
                    (".env", "KEY=1"),
                    ("README", "text"),
                    ("rows.jsonl", "{\"text\":\"Bees hum.\"}\n{\n"),
                ]
        )
        {
            File.WriteAllText(_folder.File("docs", name), content);
        }

        var said = await CliProcess.RunAsync(null, "index", _folder.File("docs"), "--store", _folder.File("i.db"));
        Assert.Equal(0, said.ExitCode);
        Assert.Equal("2 files: 2 new or changed (2 chunks), 0 unchanged, 0 not read; 0 removed, 1 with problems", said.Output.Trim());
        Assert.Contains(
            "Passed over: 2 .heic, 1 file without an ending, 1 hidden file, 1 hidden folder (",
            said.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("Line 2 ", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("c.heic", said.Error, StringComparison.Ordinal);

        var again = await CliProcess.RunAsync(
            null,
            "index",
            _folder.File("docs"),
            "--store",
            _folder.File("i.db"),
            "--strict",
            "--verbose",
            "--json"
        );
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("c.heic", again.Error, StringComparison.Ordinal);
        var json = JsonDocument.Parse(again.Output).RootElement;
        Assert.Equal(
            (2, 2, 1),
            (
                json.GetProperty("unchanged").GetInt32(),
                json.GetProperty("passed_over").GetProperty(".heic").GetInt32(),
                json.GetProperty("problems").GetInt32()
            )
        );
    }

    [Fact]
    public async Task FilesAreChosenAndWhatIsLeftOutByChoiceIsTakenOut()
    {
        Directory.CreateDirectory(_folder.File("docs", ".notes"));
        foreach (var name in (string[])["a.md", "b.txt", "c.md", ".notes/d.md"])
        {
            File.WriteAllText(_folder.File("docs", name), $"Owls hoot in {name}.");
        }

        File.WriteAllText(_folder.File("docs", ".gitignore"), "c.md\n");
        Task<CliResult> IndexAsync(params string[] options) =>
            CliProcess.RunAsync(null, ["index", _folder.File("docs"), "--store", _folder.File("i.db"), .. options]);
        Assert.StartsWith("4 files: 4 new", (await IndexAsync("--hidden", "--no-gitignore")).Output, StringComparison.Ordinal);
        Assert.StartsWith(
            "2 files: 0 new or changed (0 chunks), 2 unchanged, 0 not read; 1 removed",
            (await IndexAsync()).Output,
            StringComparison.Ordinal
        );
        var chosen = await IndexAsync("--include", "*.md", "--exclude", "a*");
        Assert.Contains("1 file excluded", chosen.Error, StringComparison.Ordinal);
        Assert.Contains("1 file not included", chosen.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKindThatIsNotReadAndAKindUnderAnotherNameAreTold()
    {
        File.WriteAllText(_folder.File("photo.heic"), "x");
        File.WriteAllBytes(_folder.File("paper.pdf"), [0xFF, 0xD8, 0xFF, 0xE0]);
        var said = await CliProcess.RunAsync(
            null,
            "index",
            _folder.File("photo.heic"),
            _folder.File("paper.pdf"),
            "--store",
            _folder.File("i.db")
        );
        Assert.Equal(1, said.ExitCode);
        Assert.Contains("HEIC (.heic) is no kind that Simile reads; save it as JPEG. (SIM508)", said.Error, StringComparison.Ordinal);
        Assert.Contains("is named as .pdf, but is a JPEG picture. Give it the ending of its kind", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatIsNamedAndNotReadFails()
    {
        File.WriteAllBytes(_folder.File("b.7z"), [0x37, 0x7A, 0xBC, 0xAF]);
        var named = await CliProcess.RunAsync(null, "index", _folder.File("b.7z"), "--store", _folder.File("i.db"));
        Assert.Equal(1, named.ExitCode);
        Assert.Contains("An archive (.7z)", named.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderOfNothingSaysSo()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        var nothing = await CliProcess.RunAsync(null, "index", _folder.File("empty"), "--store", _folder.File("i.db"));
        Assert.Equal(0, nothing.ExitCode);
        Assert.StartsWith("0 files: ", nothing.Output, StringComparison.Ordinal);
        Assert.Contains("nothing was indexed", nothing.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
