using System.Text;
using System.Text.RegularExpressions;

namespace Simile.House.Tests;

/// <summary>Which folder of a project uses which: the list in arrows.txt, checked on compiled types at every level of folders. There is no
/// circle but those that it names, with the reason; files that lie beside a folder count one by one.</summary>
/// <remarks><c>SIMILE_ARROWS=FILE</c> writes the arrows that there are, as lines for the list.</remarks>
public class ArrowTests
{
    private static readonly string[] Lines =
    [
        .. File.ReadAllLines(RepositoryRoot.Find("tests", "Simile.House.Tests", "arrows.txt"))
            .Where(line => line.Length > 0 && line[0] != '#'),
    ];
    private static readonly ILookup<string, Arrow> Allowed = ReadArrows().ToLookup(arrow => arrow.Level, StringComparer.Ordinal);
    private static readonly ILookup<string, Arrow> Seen = Projects
        .SelectMany(row => ArrowsOf(row.Data))
        .ToLookup(arrow => arrow.Level, StringComparer.Ordinal);

    public static TheoryData<string> Projects => [.. RepositoryRoot.Projects().Where(name => name != "Simile.Models.Mini")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void AFolderUsesOnlyThoseOfTheList(string project)
    {
        if (Environment.GetEnvironmentVariable("SIMILE_ARROWS") is { Length: > 0 } file)
        {
            Write(file);
        }

        var missing = Seen.Where(level => level.Key == project || level.Key.StartsWith(project + "/", StringComparison.Ordinal))
            .SelectMany(level => level.Where(arrow => arrow.FromFolder != arrow.ToFolder && !Allowed[arrow.Level].Any(arrow.IsSame)))
            .DistinctBy(arrow => (arrow.Level, arrow.FromFolder, arrow.ToFolder))
            .ToArray();
        Assert.True(
            missing.Length == 0,
            "Not in tests/Simile.House.Tests/arrows.txt: "
                + string.Join("; ", missing.Select(arrow => $"{arrow.Level}: {arrow.FromFolder} -> {arrow.ToFolder} ({arrow.Example})"))
        );
    }

    [Fact]
    public void ThereIsNoCircleButThoseThatTheListNames()
    {
        var named = Lines
            .Where(line => line.StartsWith("circle ", StringComparison.Ordinal))
            .Select(line => Regex.Match(line, @"^circle (?<circle>[^(]+) \((?<reason>.{10,})\)$"))
            .Select(match => match.Success ? match.Groups["circle"].Value : "not read")
            .Order(StringComparer.Ordinal);
        Assert.Equal(named, Seen.SelectMany(Circles).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<Arrow> ReadArrows()
    {
        var level = string.Empty;
        foreach (var line in Lines.Where(line => !line.StartsWith("circle ", StringComparison.Ordinal)))
        {
            if (line[0] != ' ')
            {
                level = line;
                continue;
            }

            var sides = line.Split("->", StringSplitOptions.TrimEntries);
            foreach (var to in sides[1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return new Arrow(level, sides[0], to, string.Empty);
            }
        }
    }

    private static IEnumerable<Arrow> ArrowsOf(string project)
    {
        foreach (var (from, to) in CompiledTypes.Arrows(Path.Combine(AppContext.BaseDirectory, project + ".dll"), project))
        {
            var (user, used) = (from.Split('/'), to.Split('/'));
            var depth = 0;
            while (depth < Math.Min(user.Length, used.Length) - 1 && user[depth] == used[depth])
            {
                depth++;
            }

            yield return new Arrow(string.Join('/', user[..depth].Prepend(project)), user[depth], used[depth], $"{from} uses {to}");
        }
    }

    // Files of one folder may use one another; a circle leads through a folder beneath it.
    private static IEnumerable<string> Circles(IGrouping<string, Arrow> level)
    {
        var arrows = level.ToArray();
        var reach = arrows
            .Select(arrow => arrow.From)
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(from => from, from => Reached(from, arrows), StringComparer.Ordinal);
        return reach
            .Keys.Where(member => !Arrow.IsFile(member) && reach[member].Contains(member))
            .Select(member =>
                reach[member].Where(other => reach.TryGetValue(other, out var back) && back.Contains(member)).Order(StringComparer.Ordinal)
            )
            .Select(circle => $"{level.Key}: {string.Join(' ', circle)}")
            .Distinct(StringComparer.Ordinal);
    }

    private static HashSet<string> Reached(string from, Arrow[] arrows)
    {
        var (reached, next) = (new HashSet<string>(StringComparer.Ordinal), new Queue<string>([from]));
        while (next.TryDequeue(out var member))
        {
            foreach (var to in arrows.Where(arrow => arrow.From == member).Select(arrow => arrow.To).Where(reached.Add))
            {
                next.Enqueue(to);
            }
        }

        return reached;
    }

    private static void Write(string file)
    {
        var text = new StringBuilder();
        foreach (
            var level in Seen.Where(level => level.Any(arrow => arrow.FromFolder != arrow.ToFolder))
                .OrderBy(level => level.Key, StringComparer.Ordinal)
        )
        {
            text.Append(level.Key).Append('\n');
            foreach (
                var from in level
                    .Where(arrow => arrow.FromFolder != arrow.ToFolder)
                    .GroupBy(arrow => arrow.FromFolder, StringComparer.Ordinal)
                    .OrderBy(from => from.Key, StringComparer.Ordinal)
            )
            {
                text.Append(
                    $"  {from.Key} -> {string.Join(' ', from.Select(arrow => arrow.ToFolder).Distinct().Order(StringComparer.Ordinal))}\n"
                );
            }

            foreach (var circle in Circles(level))
            {
                text.Append($"circle {circle}\n");
            }

            text.Append('\n');
        }

        File.WriteAllText(file, text.ToString());
    }

    /// <summary>What lies at one level of folders uses something else there.</summary>
    /// <param name="Level">The folder that both lie in.</param>
    /// <param name="From">A folder or file in it.</param>
    /// <param name="To">Another.</param>
    /// <param name="Example">Two files.</param>
    private sealed record Arrow(string Level, string From, string To, string Example)
    {
        /// <summary>The folder, or "." for the files that lie in the level itself.</summary>
        public string FromFolder => IsFile(From) ? "." : From;

        /// <inheritdoc cref="FromFolder"/>
        public string ToFolder => IsFile(To) ? "." : To;

        public static bool IsFile(string member) => member.EndsWith(".cs", StringComparison.Ordinal);

        public bool IsSame(Arrow other) => Level == other.Level && FromFolder == other.FromFolder && ToFolder == other.ToFolder;
    }
}
