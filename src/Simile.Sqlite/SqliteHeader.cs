using System.Buffers.Binary;
using Simile.Engine.Files;

namespace Simile.Sqlite;

/// <summary>What lies under a path, told without SQLite: opening a file of another program's with it may already change that
/// file.</summary>
/// <param name="IsMissing">Whether nothing lies there.</param>
/// <param name="IsEmpty">Whether the file has no bytes.</param>
/// <param name="ApplicationId">Whose database it is, as its header says; 0 when it says nothing.</param>
internal sealed record SqliteHeader(bool IsMissing, bool IsEmpty, long ApplicationId)
{
    private const int Bytes = 100;
    private const int ApplicationIdAt = 68;

    /// <summary>Looks at a file.</summary>
    /// <exception cref="SimileException">Where it can be no database, or cannot be read.</exception>
    public static SqliteHeader Read(SqliteErrors errors)
    {
        var path = errors.Path;
        if (Directory.Exists(path))
        {
            throw errors.ToError(new SqliteReason("is a folder. Name a file", IsForeign: true), new IOException(path));
        }

        try
        {
            if (!File.Exists(path))
            {
                return new SqliteHeader(IsMissing: true, IsEmpty: true, 0);
            }

            // Opening a pipe would wait for its writer.
            if (!RegularFile.IsRegular(path))
            {
                throw errors.ToError(
                    new SqliteReason("is no regular file but a device, a pipe or a socket. Name a file", IsForeign: true),
                    new IOException(path)
                );
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var header = new byte[Bytes];
            var length = file.ReadAtLeast(header, Bytes, throwOnEndOfStream: false);
            return length == 0 ? new SqliteHeader(IsMissing: false, IsEmpty: true, 0)
                : length == Bytes && header.AsSpan().StartsWith("SQLite format 3\0"u8)
                    ? new SqliteHeader(
                        IsMissing: false,
                        IsEmpty: false,
                        BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(ApplicationIdAt))
                    )
                : throw errors.ToError(
                    new SqliteReason("is no SQLite database but another kind of file. Name another one", IsForeign: true),
                    new InvalidDataException(path)
                );
        }
        catch (UnauthorizedAccessException error)
        {
            throw errors.ToError(new SqliteReason("may not be read by this user"), error);
        }
        catch (IOException error)
        {
            throw errors.ToError(new SqliteReason($"cannot be read ({error.Message})"), error);
        }
    }

    /// <summary>Whether changes wait beside a file to be brought into it.</summary>
    public static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    /// <summary>Whether another process has a file open, or left it half way.</summary>
    public static bool IsInUse(string path) => Array.Exists(["-wal", "-shm", "-journal"], end => File.Exists(path + end));
}
