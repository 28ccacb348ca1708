namespace Simile.Hub;

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
