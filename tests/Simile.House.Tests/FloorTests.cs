using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Simile.House.Tests;

/// <summary>Who may see whom. The project files are read as they are; any arrow that is not listed here fails.</summary>
public class FloorTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Simile.Engine"] = [],
        ["Simile"] = ["Simile.Engine"],
        ["Simile.Models.Mini"] = [],
        ["Simile.Training"] = ["Simile", "Simile.Engine"],
        ["Simile.Sqlite"] = ["Simile", "Simile.Engine"],
        ["Simile.Hosting"] = ["Simile", "Simile.Engine", "Simile.Training", "Simile.Sqlite"],
        ["Simile.Cli"] = ["Simile", "Simile.Engine", "Simile.Training", "Simile.Hosting"],
    };

    private static readonly string[] Ranks =
    [
        "Vectors", "Tokenization", "Imaging", "Models", "Hub", "Networks", "Text", "Reranking", "Images", "Multimodal", "Batching", "Caching", "Monitoring", "Pipelines", "Registry", "Ingestion", "Search",
    ];

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(RepositoryRoot.Find("src")).Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void AProjectSeesLowerFloorsOnly(string project) =>
        Assert.Subset(Allowed[project].ToHashSet(), References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))).ToHashSet());

    [Fact]
    public void AForeignPackageIsSeenByOneProject()
    {
        var users = Projects.SelectMany(row => References(row.Data, "PackageReference").Select(package => (package, row.Data))).GroupBy(pair => pair.package);
        Assert.All(users, package => Assert.Single(package));
    }

    [Theory]
    [InlineData("Simile.Engine")]
    [InlineData("Simile")]
    [InlineData("Simile.Training")]
    [InlineData("Simile.Sqlite")]
    [InlineData("Simile.Hosting")]
    public void ForeignTypesStayInside(string assembly)
    {
        var types = Assembly.Load(assembly).GetExportedTypes().SelectMany(type => type.GetMembers()).SelectMany(TypesOf).Select(type => type.Assembly.GetName().Name!);
        // Simile.Hosting joins Simile to .NET's own conventions (dependency injection, health checks, IEmbeddingGenerator), so those types, and no others, are its purpose.
        var allowed = assembly == "Simile.Hosting" ? @"^(System|Simile|Microsoft\.Extensions)(\.|$)" : @"^(System|Simile)(\.|$)";
        Assert.All(types.Distinct(), name => Assert.Matches(allowed, name));
    }

    [Fact]
    public void AFolderOfTheLibraryUsesOnlyThoseAboveIt()
    {
        foreach (var path in Directory.GetFiles(RepositoryRoot.Find("src", "Simile"), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)))
        {
            var own = Rank(Path.GetRelativePath(RepositoryRoot.Find("src", "Simile"), path).Split('/', '\\')[0]);
            var used = Regex.Matches(File.ReadAllText(path), @"(?:using |\b)Simile\.(?<folder>[A-Z]\w+)[.;]").Select(match => match.Groups["folder"].Value).Where(Ranks.Contains);
            Assert.All(used, folder => Assert.True(Rank(folder) <= own, $"{path} uses {folder}, which stands below it."));
        }
    }

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        MethodBase method => method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType ?? typeof(void)),
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        _ => [],
    };

    private static int Rank(string folder)
    {
        var rank = Array.IndexOf(Ranks, folder);
        return rank >= 0 ? rank : throw new InvalidOperationException($"The folder {folder} has no rank: give it one in this test and in docs/architecture.md.");
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(RepositoryRoot.Find("src", project, project + ".csproj")).Descendants(kind).Select(element => element.Attribute("Include")!.Value);
}
