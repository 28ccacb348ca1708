using System.Runtime.InteropServices;
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

    /// <summary>What tells a file from all others of this machine, and under how many names it lies there; null where the system does not
    /// say it.</summary>
    public static FileIdentity? IdentityOf(string path) => FileKinds.IdentityOf(path);

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

/// <summary>What tells a file from all others of this machine.</summary>
/// <param name="Device">The disk that it lies on.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Names">Under how many names (hard links) it lies there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileIdentity(ulong Device, ulong Number, uint Names);

/// <summary>What lies under a path, behind any symbolic links.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or a link to nothing.</summary>
    Missing,

    /// <summary>A file with contents on a disk.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A pipe, which may be waited for without end.</summary>
    Pipe,

    /// <summary>A device, which may never end.</summary>
    Device,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>The system does not tell; opening it will.</summary>
    Unknown,
}

/// <summary>Asks the system what a path is. .NET tells folders and links only, and opening a pipe to find out waits for its
/// writer.</summary>
internal static unsafe partial class FileKinds
{
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const uint LinksAndNumber = 0x104;
    private const int NoSuchEntry = 2;
    private const int NotInAFolder = 20;
    private const int TypeMask = 0xF000;

    // struct statx is the same on every processor; struct stat of macOS has its mode behind 32 bits of device.
    private const int LinuxModeOffset = 28;
    private const int MacModeOffset = 4;
    private const int BufferBytes = 512;
    private const uint DiskFile = 1;

    public static FileKind Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.Exists(path) ? FileKind.Directory
                : File.Exists(path) ? FileKind.Unknown
                : FileKind.Missing;
        }

        var buffer = stackalloc byte[BufferBytes];
        try
        {
            var failed = OperatingSystem.IsMacOS() ? StatOnMac(path, buffer) : StatX(CurrentFolder, path, 0, TypeOnly, buffer);
            return failed == 0 ? OfMode(*(ushort*)(buffer + (OperatingSystem.IsMacOS() ? MacModeOffset : LinuxModeOffset)))
                : Marshal.GetLastPInvokeError() is NoSuchEntry or NotInAFolder ? FileKind.Missing
                : FileKind.Unknown;
        }
        catch (EntryPointNotFoundException)
        {
            return File.Exists(path) ? FileKind.Unknown
                : Directory.Exists(path) ? FileKind.Directory
                : FileKind.Missing;
        }
    }

    public static FileIdentity? IdentityOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var buffer = stackalloc byte[BufferBytes];
        try
        {
            if (OperatingSystem.IsMacOS())
            {
                return StatOnMac(path, buffer) == 0
                    ? new FileIdentity(*(uint*)buffer, *(ulong*)(buffer + 8), *(ushort*)(buffer + 6))
                    : null;
            }

            // The number, the names and the disk, where struct statx has them.
            return StatX(CurrentFolder, path, 0, LinksAndNumber, buffer) == 0
                ? new FileIdentity(*(ulong*)(buffer + 136), *(ulong*)(buffer + 32), *(uint*)(buffer + 16))
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether an open file of Windows is one on a disk; other systems were asked before it was opened.</summary>
    public static bool IsOnDisk(SafeHandle handle) => !OperatingSystem.IsWindows() || FileTypeOf(handle) == DiskFile;

    // On Intel the plain name is that of an older struct.
    private static int StatOnMac(string path, byte* buffer) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatOnIntelMac(path, buffer) : Stat(path, buffer);

    private static FileKind OfMode(int mode) =>
        (mode & TypeMask) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Pipe,
            0x2000 or 0x6000 => FileKind.Device,
            0xC000 => FileKind.Socket,
            _ => FileKind.Unknown,
        };

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatOnIntelMac(string path, byte* buffer);

    [LibraryImport("kernel32", EntryPoint = "GetFileType")]
    private static partial uint FileTypeOf(SafeHandle handle);
}
