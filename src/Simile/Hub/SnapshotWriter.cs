namespace Simile.Hub;

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
