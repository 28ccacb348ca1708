using System.Runtime.InteropServices;

namespace Simile.Engine.Files;

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
