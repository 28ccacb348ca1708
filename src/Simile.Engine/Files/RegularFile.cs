using System.Text;

namespace Simile.Engine.Files;

/// <summary>Opens files that somebody else named: regular files only. A folder, pipe, device or socket under the name, itself or behind a
/// link, is an error at once and never waited for; so is the pointer that Git LFS leaves in the place of a file. Sizes are those of the
/// opened file, not of a link to it.</summary>
internal static class RegularFile
{
    /// <summary>The largest file that is read whole where nothing else is said, in bytes.</summary>
    public const long MaxBytes = 512L << 20;

    // A pointer is shorter than this, by its specification.
    private const int MaxPointerBytes = 1024;
    private static ReadOnlySpan<byte> PointerStart => "version https://git-lfs.github.com/spec/v"u8;
    private static ReadOnlySpan<byte> OldPointerStart => "version https://hawser.github.com/spec/v"u8;

    /// <summary>Whether a regular file lies there; false where nothing does.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotARegularFile"/> when something else does, or a link that leads
    /// nowhere.</exception>
    public static bool Exists(string path)
    {
        var kind = FileKinds.Of(path);
        Require(path, kind);
        return kind is FileKind.Regular or FileKind.Unknown;
    }

    /// <summary>Whether it is a regular file; false for everything else, where <see cref="Exists"/> is an error.</summary>
    public static bool IsRegular(string path) => FileKinds.Of(path) is FileKind.Regular or FileKind.Unknown;

    /// <summary>What lies under a path, behind any links.</summary>
    public static FileKind KindOf(string path) => FileKinds.Of(path);

    /// <summary>Opens a file to read it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is opened; by default shared with other readers.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotARegularFile"/>, <see cref="ErrorCode.GitLfsPointer"/>.</exception>
    /// <exception cref="IOException">It does not exist, or cannot be read.</exception>
    public static FileStream Open(string path, FileStreamOptions? options = null)
    {
        Require(path, FileKinds.Of(path));
        var stream = new FileStream(path, options ?? new FileStreamOptions());
        try
        {
            if (!FileKinds.IsOnDisk(stream.SafeFileHandle))
            {
                throw NotRegular(path, "a device or a pipe");
            }

            RefusePointer(path, stream);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most that is read.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotARegularFile"/>, <see cref="ErrorCode.GitLfsPointer"/>,
    /// <see cref="ErrorCode.FileTooLarge"/>.</exception>
    /// <exception cref="IOException">It does not exist, or cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, long maxBytes = MaxBytes)
    {
        using var stream = Open(path, new FileStreamOptions { BufferSize = 0 });
        if (stream.Length > maxBytes)
        {
            throw new SimileException(
                ErrorCode.FileTooLarge,
                $"{path} has {stream.Length} bytes, but at most {maxBytes} are read. It is hardly the file that its name promises; "
                    + "fetch it again."
            );
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count == bytes.Length ? bytes : bytes[..count];
    }

    /// <summary>The text of a file in UTF-8, or in what its byte order mark says.</summary>
    /// <inheritdoc cref="ReadAllBytes"/>
    public static string ReadAllText(string path, long maxBytes = MaxBytes)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, maxBytes)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The lines of a file, as they are asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="encoding">How it is written; UTF-8 if null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotARegularFile"/>, <see cref="ErrorCode.GitLfsPointer"/>.</exception>
    public static IEnumerable<string> ReadLines(string path, Encoding? encoding = null)
    {
        using var reader = new StreamReader(Open(path), encoding ?? Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The bytes of a file, or of the one that a link leads to.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotARegularFile"/>.</exception>
    public static long LengthOf(string path)
    {
        Require(path, FileKinds.Of(path));
        using var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        return RandomAccess.GetLength(handle);
    }

    private static void Require(string path, FileKind kind)
    {
        var what = kind switch
        {
            FileKind.Directory => "a folder",
            FileKind.Pipe => "a named pipe",
            FileKind.Device => "a device",
            FileKind.Socket => "a socket",
            FileKind.Missing when new FileInfo(path).LinkTarget is { } target => $"a link to {target}, which is not there",
            _ => null,
        };
        if (what is not null)
        {
            throw NotRegular(path, what);
        }
    }

    private static SimileException NotRegular(string path, string what) =>
        new(
            ErrorCode.NotARegularFile,
            $"{path} is {what}; a regular file is expected there. Put the file in its place, or leave the path out."
        );

    private static void RefusePointer(string path, FileStream stream)
    {
        if (stream.Length is 0 or >= MaxPointerBytes)
        {
            return;
        }

        Span<byte> head = stackalloc byte[MaxPointerBytes];
        head = head[..RandomAccess.Read(stream.SafeFileHandle, head, 0)];
        if ((head.StartsWith(PointerStart) || head.StartsWith(OldPointerStart)) && head.IndexOf("\noid "u8) > 0)
        {
            var size = head.IndexOf("\nsize "u8) is > 0 and var at
                ? $" of {Encoding.ASCII.GetString(head[(at + 6)..]).Trim()} bytes"
                : string.Empty;
            throw new SimileException(
                ErrorCode.GitLfsPointer,
                $"{path} is a Git LFS pointer, not the file{size} that it stands for: the repository was cloned without Git LFS. Run "
                    + "'git lfs install' and 'git lfs pull' in it."
            );
        }
    }
}
