using System.Reflection;
using System.Text.RegularExpressions;

namespace Simile.House.Tests;

/// <summary>The analyzers of trimming and native compilation watch all sources, and nobody has silenced them.</summary>
public class TrimmingTests
{
    [Theory]
    [InlineData("Simile.Engine")]
    [InlineData("Simile")]
    [InlineData("Simile.Training")]
    [InlineData("Simile.Sqlite")]
    [InlineData("Simile.NuGet")]
    [InlineData("Simile.OnnxRuntime")]
    [InlineData("Simile.Documents")]
    [InlineData("Simile.Hosting")]
    public void AnAssemblySaysThatItCanBeTrimmed(string assembly)
    {
        var said = Assembly
            .Load(assembly)
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .ToDictionary(data => data.Key, data => data.Value);
        Assert.Equal("True", said["IsTrimmable"]);
        Assert.Equal("True", said["IsAotCompatible"]);
    }

    [Fact]
    public void NoWarningIsSilenced()
    {
        var files = Directory
            .GetFiles(RepositoryRoot.Find("src"), "*", SearchOption.AllDirectories)
            .Where(path => Regex.IsMatch(path, @"\.(cs|csproj|props|targets)$") && !Regex.IsMatch(path, @"[/\\](obj|bin)[/\\]"));
        Assert.All(
            files.Append(RepositoryRoot.Find("Directory.Build.props")).Append(RepositoryRoot.Find(".editorconfig")),
            path =>
                Assert.DoesNotMatch(
                    @"\bIL[23]\d{3}\b|UnconditionalSuppressMessage"
                        + @"|RequiresUnreferencedCode|RequiresDynamicCode|RequiresAssemblyFiles|IsAotCompatible>false",
                    File.ReadAllText(path)
                )
        );
    }
}
