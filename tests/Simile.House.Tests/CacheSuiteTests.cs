using System.Reflection;
using System.Text.RegularExpressions;
using Simile.Caching;

namespace Simile.House.Tests;

/// <summary>Every cache passes the suite of caches.</summary>
public class CacheSuiteTests
{
    [Fact]
    public void NoCacheIsLeftOut()
    {
        var assemblies = RepositoryRoot.Projects().Where(name => name is not ("Simile.Cli" or "Simile.Models.Mini")).Select(Assembly.Load);
        var caches = assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEmbeddingCache)))
            .Select(type => type.Name)
            .ToArray();
        var tests = Directory
            .GetFiles(RepositoryRoot.Find("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Regex.IsMatch(path, @"[/\\](obj|bin)[/\\]"))
            .Select(File.ReadAllText)
            .ToArray();
        Assert.Superset(new HashSet<string> { "MemoryCache", "TieredCache", "SqliteCache" }, caches.ToHashSet());
        Assert.All(
            caches,
            cache => Assert.Contains(tests, test => Regex.IsMatch(test, $@"public sealed class \w+ : EmbeddingCacheSuite<{cache}>"))
        );
    }
}
