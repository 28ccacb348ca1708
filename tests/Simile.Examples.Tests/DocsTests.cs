using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Simile.Examples.Tests;

/// <summary>Every block of C# in the pages for users is a program that compiles as it stands, runs, and prints what its last lines say: a
/// comment <c>// prints: …</c> is one line of its output. One that begins with <c>// Needs</c> is compiled only.</summary>
public sealed partial class DocsTests : IDisposable
{
    // Pages whose code is compiled and run by a test beside the feature.
    private static readonly string[] Elsewhere = ["docs/reranking.md", "docs/search-index.md"];
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Pages =>
        [
            "README.md",
            .. Directory
                .GetFiles(RepositoryRoot.Find("docs"), "*.md", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(RepositoryRoot.Find(), path).Replace('\\', '/'))
                .Where(page => !Elsewhere.Contains(page) && DocsProgram.Of(page).Count > 0)
                .Order(StringComparer.Ordinal),
        ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task ThePageIsTrue(string page)
    {
        Prepare();
        foreach (var program in DocsProgram.Of(page))
        {
            Assert.Equal([], program.Compile());
            if (program.Code.StartsWith("// Needs ", StringComparison.Ordinal))
            {
                continue;
            }

            var lines = await ExampleProcess.LinesAsync(program.Name, _folder.Path);
            foreach (
                var promise in program
                    .Code.Split('\n')
                    .Where(line => line.Contains("// prints: ", StringComparison.Ordinal))
                    .Select(line => line.Split("// prints: ")[1].Trim())
            )
            {
                Assert.True(
                    lines.Contains(promise),
                    $"{page}, block {program.Number}: '{promise}' is promised, but it printed\n{string.Join('\n', lines)}"
                );
            }
        }
    }

    [Fact]
    public void TheDefaultsAreThoseOfTheTables()
    {
        var rows = Pages.SelectMany(row => DefaultRow().Matches(File.ReadAllText(RepositoryRoot.Find(row.Data.Split('/'))))).ToArray();
        Assert.True(rows.Length > 30);
        Assert.All(
            rows,
            row =>
            {
                var (type, written) = (TypeOf(row.Groups["type"].Value), row.Groups["value"].Value.Split(": ")[0].Trim());
                var value = type.GetProperty(row.Groups["property"].Value)!.GetValue(Activator.CreateInstance(type));
                var expected = written switch
                {
                    "all cores" => Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
                    "null" => string.Empty,
                    _ => written,
                };
                Assert.Equal(
                    expected,
                    value is int or long
                        ? ((IFormattable)value).ToString(written.Contains(',') ? "N0" : null, CultureInfo.InvariantCulture)
                        : Convert.ToString(value, CultureInfo.InvariantCulture)
                );
            }
        );
    }

    private static Type TypeOf(string name) =>
        ((string[])["Simile", "Simile.Sqlite", "Simile.Hosting", "Simile.Training", "Simile.OnnxRuntime"])
            .SelectMany(library => Assembly.Load(library).GetExportedTypes())
            .Single(type => type.Name == name);

    [GeneratedRegex(
        @"^\| `(?<type>\w+)\.(?<property>\w+)` \| (?<value>[^|]+) \|$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex DefaultRow();

    // What the pages speak of: the models, the samples, and what a reader is asked to have.
    private void Prepare()
    {
        foreach (var folder in (string[])["models", "samples"])
        {
            Directory.CreateSymbolicLink(_folder.File(folder), RepositoryRoot.Find(folder));
        }
    }
}
