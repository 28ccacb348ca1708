using System.Reflection;
using System.Text.RegularExpressions;
using Simile.Search;

namespace Simile.House.Tests;

/// <summary>Every store passes the suite of stores.</summary>
public class StoreSuiteTests
{
    [Fact]
    public void NoStoreIsLeftOut()
    {
        var assemblies = RepositoryRoot.Projects().Where(name => name is not ("Simile.Cli" or "Simile.Models.Mini")).Select(Assembly.Load);
        var stores = assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IChunkStore)))
            .Select(type => type.Name)
            .ToArray();
        var tests = Directory
            .GetFiles(RepositoryRoot.Find("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Regex.IsMatch(path, @"[/\\](obj|bin)[/\\]"))
            .Select(File.ReadAllText)
            .ToArray();
        Assert.Contains("SqliteChunkStore", stores);
        Assert.All(
            stores,
            store => Assert.Contains(tests, test => Regex.IsMatch(test, $@"public sealed class \w+ : ChunkStoreSuite<{store}>"))
        );
    }
}
