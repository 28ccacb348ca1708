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

/// <summary>A lock between processes, held as long as the file is open; huggingface_hub locks the same file (flock) on Unix.</summary>
internal static class CacheLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until nobody else holds the lock.</summary>
    public static async Task<IDisposable> TakeAsync(
        string path,
        TimeProvider time,
        Action<string> notice,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (IsHeld(error) && File.Exists(path))
            {
                if (isFirst)
                {
                    notice($"another process is fetching the same file; waiting for it ({path})");
                }

                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // EWOULDBLOCK on Linux and macOS, and sharing and lock violations on Windows.
    private static bool IsHeld(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}

/// <summary>Puts blobs under their names into a snapshot.</summary>
internal sealed class SnapshotWriter(CacheFiles files)
{
    /// <summary>Gives a blob its name: a relative link, or a copy where the system refuses links (as Windows does by default).</summary>
    public void Place(string blob, string pointer)
    {
        if (File.Exists(pointer))
        {
            return;
        }

        var folder = Path.GetDirectoryName(pointer)!;
        Directory.CreateDirectory(folder);
        // What is there and does not exist is a link that leads nowhere.
        File.Delete(pointer);
        try
        {
            files.CreateLink(pointer, Path.GetRelativePath(folder, blob));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            if (!File.Exists(pointer))
            {
                Copy(blob, pointer);
            }
        }
    }

    private static void Copy(string blob, string pointer)
    {
        var temporary = $"{pointer}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.Copy(blob, temporary);
            File.Move(temporary, pointer, overwrite: true);
        }
        catch (IOException error) when (CacheFiles.IsDiskFull(error))
        {
            File.Delete(temporary);
            throw BlobDownload.DiskFull($"The disk of {pointer} is full", error);
        }
    }
}
