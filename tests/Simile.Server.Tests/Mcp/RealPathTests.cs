using Simile.Server.Collections;
using Simile.Testing;

namespace Simile.Server.Tests.Mcp;

public sealed class RealPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryLinkOnTheWayIsFollowed()
    {
        var real = Path.Combine(RealPath.Of(_folder.Path), "real");
        Directory.CreateDirectory(Path.Combine(real, "inner"));
        File.WriteAllText(Path.Combine(real, "inner", "file.txt"), "x");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "first"), real);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "second"), "first");
        File.CreateSymbolicLink(Path.Combine(real, "alias.txt"), Path.Combine("inner", "..", "inner", "file.txt"));
        var file = Path.Combine(real, "inner", "file.txt");
        Assert.Equal(file, RealPath.Of(Path.Combine(_folder.Path, "second", "inner", "file.txt")));
        Assert.Equal(file, RealPath.Of(Path.Combine(_folder.Path, "second", "alias.txt")));
        Assert.Equal(Path.Combine(real, "none"), RealPath.Of(Path.Combine(_folder.Path, "first", "none")));
        Assert.Equal("/", RealPath.Of("/"));
    }

    [Fact]
    public void ACircleOfLinksEnds()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "a"), Path.Combine(_folder.Path, "b"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "b"), Path.Combine(_folder.Path, "a"));
        Assert.Equal(RealPath.Of(_folder.Path), Path.GetDirectoryName(RealPath.Of(Path.Combine(_folder.Path, "a"))));
    }

    [Theory]
    [InlineData("/a/b", "/a/b", true)]
    [InlineData("/a/b/c", "/a/b", true)]
    [InlineData("/a/b/c", "/a/b/", true)]
    [InlineData("/a/bc", "/a/b", false)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a/b", "/", true)]
    public void WhatLiesUnderAFolderIsTold(string path, string folder, bool isUnder) =>
        Assert.Equal(isUnder, RealPath.IsUnder(path, folder));
}
