using System.Reflection;
using System.Text.RegularExpressions;

namespace Simile.House.Tests;

/// <summary>The habits of the house that a program can check.</summary>
public partial class HabitTests
{
    private const int LongestFile = 500;
    private const int Columns = 140;
    private static readonly string[] Sources = [.. Files("src").Concat(Files("tests"))];

    [Fact]
    public void NoFileIsLong() =>
        Assert.DoesNotContain(
            Sources,
            path => !path.EndsWith(".Table.cs", StringComparison.Ordinal) && File.ReadLines(path).Count() > LongestFile
        );

    [Fact]
    public void NoLineIsLong() => Assert.Empty(Sources.SelectMany(LongLines));

    [Fact]
    public void FilesAreSmallAsARule()
    {
        var lengths = Files("src").Select(path => File.ReadLines(path).Count()).Order().ToArray();
        Assert.InRange(lengths[lengths.Length / 2], 1, 150);
    }

    [Fact]
    public void WhatIsSmallAndHasOneCallerIsAParagraphOfItsCaller()
    {
        var words = Files("src").ToDictionary(path => path, path => Words(File.ReadLines(path)));
        var lonely =
            from path in words.Keys
            let lines = File.ReadAllLines(path)
            where lines.Length < 30 && !path.EndsWith(".Table.cs", StringComparison.Ordinal)
            let types = lines.Select(line => Declared().Match(line)).Where(match => match.Success).ToArray()
            where types.Length > 0 && types.All(type => type.Groups["access"].Value != "public " && !type.Value.Contains("partial"))
            where words.Count(other => other.Key != path && types.Any(type => other.Value.Contains(type.Groups["name"].Value))) == 1
            select path;
        Assert.Empty(lonely);
    }

    [Fact]
    public void FunctionsAreSmallAsARule()
    {
        var lengths = Files("src").SelectMany(FunctionLengths).Order().ToArray();
        Assert.True(lengths.Length > 100);
        Assert.InRange(lengths[lengths.Length / 2], 1, 10);
    }

    [Fact]
    public void NamesSaySomething() =>
        Assert.DoesNotContain(
            Sources,
            path => Regex.IsMatch(Path.GetFileNameWithoutExtension(path), "(Manager|Helper|Utils?|Common|Impl|Service)$")
        );

    [Fact]
    public void NothingIsLeftUnfinished()
    {
        var marks = string.Join('|', "TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception");
        Assert.DoesNotContain(Sources, path => Regex.IsMatch(File.ReadAllText(path), $@"\b({marks})\b"));
    }

    [Fact]
    public void EveryErrorCodeIsExplainedAndUsed()
    {
        var codes = typeof(ErrorCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);
        Assert.Equal(codes.Count, codes.Values.Distinct().Count());
        var page = File.ReadAllText(RepositoryRoot.Find("docs", "errors.md"));
        var source = string.Concat(Files("src").Select(File.ReadAllText));
        Assert.All(
            codes,
            code =>
            {
                Assert.Contains($"## {code.Value}", page, StringComparison.Ordinal);
                Assert.Contains($"ErrorCode.{code.Key}", source, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public void WhatIsRestoredIsWrittenDownForEveryProject() =>
        Assert.All(
            ((string[])["src", "tests", "examples", "bench"])
                .SelectMany(folder => Directory.GetDirectories(RepositoryRoot.Find(folder)))
                .SelectMany(folder => Directory.GetFiles(folder, "*.csproj")),
            project => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project)
        );

    [Fact]
    public void DecisionsAreNumberedWithoutGaps()
    {
        var numbers = Directory
            .GetFiles(RepositoryRoot.Find("docs", "decisions"), "*.md")
            .Select(path => int.Parse(Path.GetFileName(path)[..4]))
            .Order()
            .ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
    }

    [Fact]
    public void NoModelIsTooLarge()
    {
        var files = Directory.GetFiles(RepositoryRoot.Find("models"), "*", SearchOption.AllDirectories);
        Assert.All(files, path => Assert.InRange(new FileInfo(path).Length, 0, 20_000_000));
        Assert.InRange(
            Directory.GetFiles(RepositoryRoot.Find("models", "simile-text-mini")).Sum(path => new FileInfo(path).Length),
            1,
            16_000_000
        );
    }

    [GeneratedRegex(@"^(?<access>\w+ )?([a-z]+ )*(class|record struct|record|struct|interface|enum) (?<name>\w+)")]
    private static partial Regex Declared();

    private static HashSet<string> Words(IEnumerable<string> lines) =>
        [
            .. lines
                .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => Regex.Split(line, @"\W+")),
        ];

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .GetFiles(RepositoryRoot.Find(folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Regex.IsMatch(path, @"[/\\](obj|bin)[/\\]"));

    // A table keeps one row a line, and what stands in a raw string belongs to its reader.
    private static IEnumerable<string> LongLines(string path)
    {
        var (isRaw, number) = (false, 0);
        foreach (var line in path.EndsWith(".Table.cs", StringComparison.Ordinal) ? [] : File.ReadLines(path))
        {
            number++;
            var marks = Regex.Count(line, "\"\"\"");
            if (!isRaw && marks == 0 && line.EnumerateRunes().Count() > Columns)
            {
                yield return $"{path}:{number}";
            }

            isRaw ^= marks % 2 == 1;
        }
    }

    // A function is a line that ends in ')' at the level of members, and the block beneath it.
    private static IEnumerable<int> FunctionLengths(string path)
    {
        var lines = File.ReadAllLines(path);
        for (var i = 0; i + 1 < lines.Length; i++)
        {
            if (Regex.IsMatch(lines[i], @"^    (public|private|internal|protected)[^=]*\)$") && lines[i + 1] == "    {")
            {
                var end = Array.IndexOf(lines, "    }", i);
                yield return end - i - 2;
            }
            else if (Regex.IsMatch(lines[i], @"^    (public|private|internal|protected).*\) =>"))
            {
                yield return 1;
            }
        }
    }
}
