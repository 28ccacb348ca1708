using Simile.Engine.Files;

namespace Simile.Hub;

/// <summary>What the cache asks of the file system; a test may stand in for a full disk or one without links.</summary>
internal class CacheFiles
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>The length of a file, or of the one that a link points to; 0 when there is none.</summary>
    public static long LengthOf(string path)
    {
        return File.Exists(path) ? RegularFile.LengthOf(path) : 0;
    }

    public static bool IsDiskFull(IOException error) =>
        error.HResult is NoSpaceLeft or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>Bytes that may still be written below a folder.</summary>
    public virtual long FreeBytes(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    /// <summary>Opens a file to write from a place on; what lay behind it is gone.</summary>
    public virtual Stream OpenAt(string path, long position)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        stream.SetLength(position);
        stream.Position = position;
        return stream;
    }

    /// <summary>Makes a symbolic link.</summary>
    public virtual void CreateLink(string path, string target) => File.CreateSymbolicLink(path, target);

    /// <summary>Writes a small file so that others see the old one or the new one, and nothing between.</summary>
    public static void Replace(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}
