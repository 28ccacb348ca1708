using System.Reflection;
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
        ["Simile.NuGet"] = ["Simile", "Simile.Engine"],
        ["Simile.OnnxRuntime"] = ["Simile", "Simile.Engine"],
        ["Simile.Documents"] = ["Simile", "Simile.Engine"],
        ["Simile.Hosting"] = ["Simile", "Simile.Engine", "Simile.Sqlite"],
        ["Simile.Server"] = ["Simile", "Simile.Engine", "Simile.Hosting"],
        ["Simile.Cli"] =
        [
            "Simile",
            "Simile.Engine",
            "Simile.Training",
            "Simile.NuGet",
            "Simile.OnnxRuntime",
            "Simile.Documents",
            "Simile.Hosting",
            "Simile.Server",
        ],
    };

    public static TheoryData<string> Projects => [.. RepositoryRoot.Projects()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void AProjectSeesLowerFloorsOnly(string project) =>
        Assert.Subset(
            Allowed[project].ToHashSet(),
            References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))).ToHashSet()
        );

    [Fact]
    public void AForeignPackageIsSeenByOneProject()
    {
        var users = Projects
            .SelectMany(row => References(row.Data, "PackageReference").Select(package => (package, row.Data)))
            .GroupBy(pair => pair.package);
        Assert.All(users, package => Assert.Single(package));
    }

    [Theory]
    [InlineData("Simile.Engine")]
    [InlineData("Simile")]
    [InlineData("Simile.Training")]
    [InlineData("Simile.Sqlite")]
    [InlineData("Simile.NuGet")]
    [InlineData("Simile.OnnxRuntime")]
    [InlineData("Simile.Documents")]
    [InlineData("Simile.Hosting")]
    [InlineData("Simile.Server")]
    public void ForeignTypesStayInside(string assembly)
    {
        var types = Assembly
            .Load(assembly)
            .GetExportedTypes()
            .SelectMany(type => type.GetMembers())
            .SelectMany(TypesOf)
            .Select(type => type.Assembly.GetName().Name!);
        // Simile.Hosting joins Simile to .NET's own conventions (dependency injection, health checks, IEmbeddingGenerator), so those types,
        // and no others, are its purpose.
        // Simile.Server joins it to ASP.NET Core.
        var allowed = assembly switch
        {
            "Simile.Hosting" => @"^(System|Simile|Microsoft\.Extensions)(\.|$)",
            "Simile.Server" => @"^(System|Simile|Microsoft\.Extensions|Microsoft\.AspNetCore)(\.|$)",
            _ => @"^(System|Simile)(\.|$)",
        };
        Assert.All(types.Distinct(), name => Assert.Matches(allowed, name));
    }

    private static IEnumerable<Type> TypesOf(MemberInfo member) =>
        member switch
        {
            MethodBase method => method
                .GetParameters()
                .Select(parameter => parameter.ParameterType)
                .Append((method as MethodInfo)?.ReturnType ?? typeof(void)),
            PropertyInfo property => [property.PropertyType],
            FieldInfo field => [field.FieldType],
            _ => [],
        };

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument
            .Load(RepositoryRoot.Find("src", project, project + ".csproj"))
            .Descendants(kind)
            .Select(element => element.Attribute("Include")!.Value);
}
