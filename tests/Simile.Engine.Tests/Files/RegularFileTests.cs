using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Simile.Engine.Files;
using Simile.Engine.Tensors;

namespace Simile.Engine.Tests.Files;

public sealed class RegularFileTests : IDisposable
{
    private const string Pointer =
        "version https://git-lfs.github.com/spec/v1\noid "
        + "sha256:0000000000000000000000000000000000000000000000000000000000000000\nsize 90868376\n";
    private readonly TemporaryFolder _folder = new();

    /// <summary>What is no file, and the word that says what it is.</summary>
    public static TheoryData<string, string> Others =>
        new()
        {
            { "pipe", "named pipe" },
            { "folder", "a folder" },
            { "zero", "a device" },
            { "socket", "a socket" },
            { "nowhere", "not there" },
        };

    [Theory]
    [MemberData(nameof(Others))]
    public void WhatIsNoFileIsAnErrorAtOnce(string kind, string said)
    {
        var path = Make(kind);
        Action<string>[] acts =
        [
            path => RegularFile.Exists(path),
            path => RegularFile.Open(path),
            path => RegularFile.ReadAllBytes(path),
            path => RegularFile.LengthOf(path),
            path => SafetensorsFile.Open(path),
        ];
        Assert.All(
            acts,
            act =>
            {
                var error = Assert.Throws<SimileException>(() => act(path));
                Assert.Equal(ErrorCode.NotARegularFile, error.Code);
                Assert.Contains(said, error.Message, StringComparison.Ordinal);
            }
        );
        Assert.False(RegularFile.IsRegular(path));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void ALinkToItIsNoBetter(string kind, string said)
    {
        var link = _folder.File("link");
        File.CreateSymbolicLink(link, Make(kind));
        var error = Assert.Throws<SimileException>(() => RegularFile.ReadAllBytes(link));
        Assert.Equal(ErrorCode.NotARegularFile, error.Code);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileIsReadThroughALink()
    {
        var (path, link) = (_folder.File("ä b.txt"), _folder.File("link"));
        File.WriteAllText(path, "\uFEFFone\ntwo");
        File.CreateSymbolicLink(link, path);
        Assert.True(RegularFile.Exists(link));
        Assert.Equal(10, RegularFile.LengthOf(link));
        Assert.Equal("one\ntwo", RegularFile.ReadAllText(link));
        Assert.Equal(["one", "two"], RegularFile.ReadLines(link));
        Assert.Equal(File.ReadAllBytes(path), RegularFile.ReadAllBytes(link));
    }

    [Fact]
    public void NothingIsNoError()
    {
        Assert.False(RegularFile.Exists(_folder.File("none")));
        Assert.False(RegularFile.Exists(_folder.File("none", "below")));
        Assert.Throws<FileNotFoundException>(() => RegularFile.Open(_folder.File("none")));
    }

    [Fact]
    public void TheFileIsMeasuredNotTheLink()
    {
        var (path, link) = (_folder.File("large"), _folder.File("link"));
        using (var stream = File.Create(path))
        {
            stream.SetLength(2000);
        }

        File.CreateSymbolicLink(link, path);
        Assert.Equal(ErrorCode.FileTooLarge, Assert.Throws<SimileException>(() => RegularFile.ReadAllBytes(link, 1999)).Code);
        Assert.Equal(2000, RegularFile.ReadAllBytes(link, 2000).Length);
    }

    [Fact]
    public void APointerOfGitLfsIsToldAsOne()
    {
        var path = _folder.File("model.safetensors");
        File.WriteAllText(path, Pointer);
        foreach (
            var act in (Action[])
                [() => RegularFile.ReadAllBytes(path), () => SafetensorsFile.Open(path), () => SafetensorsSet.Open(_folder.Path)]
        )
        {
            var error = Assert.Throws<SimileException>(act);
            Assert.Equal(ErrorCode.GitLfsPointer, error.Code);
            Assert.Contains("git lfs pull", error.Message, StringComparison.Ordinal);
            Assert.Contains("90868376", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1 is what a pointer begins with\n")]
    [InlineData("A pointer is:\nversion https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")]
    public void ATextAboutPointersIsATextOfItsOwn(string text)
    {
        File.WriteAllText(_folder.File("about.md"), text);
        Assert.Equal(Encoding.UTF8.GetBytes(text), RegularFile.ReadAllBytes(_folder.File("about.md")));
    }

    public void Dispose() => _folder.Dispose();

    private string Make(string kind)
    {
        var path = _folder.File(kind);
        switch (kind)
        {
            case "pipe":
                using (var process = Process.Start("mkfifo", [path]))
                {
                    process.WaitForExit();
                    Assert.Equal(0, process.ExitCode);
                }

                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "socket":
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                {
                    // Its name goes when it is disposed, so another name is made for what stays.
                    socket.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
                    using var process = Process.Start("ln", [path + ".bound", path]);
                    process.WaitForExit();
                }

                break;
            case "nowhere":
                File.CreateSymbolicLink(path, _folder.File("gone"));
                break;
            default:
                path = "/dev/zero";
                break;
        }

        return path;
    }
}
