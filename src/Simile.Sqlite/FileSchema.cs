using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Simile.Engine.Files;

namespace Simile.Sqlite;

/// <summary>One kind of file: its tables, what tells it from others, and how it is opened. Nothing is written to a file before it is known
/// to be of this kind.</summary>
/// <param name="Kind">What it is called in messages.</param>
/// <param name="ApplicationId">Stands in the file's header.</param>
/// <param name="Version">The version of the tables.</param>
/// <param name="Tables">Makes them.</param>
internal sealed record FileSchema(string Kind, long ApplicationId, long Version, string Tables)
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadOnly = 8;
    private const int CannotOpen = 14;
    private static readonly string[] SideFiles = ["-wal", "-shm"];

    /// <summary>Settings of a new connection for writing, before the file has tables.</summary>
    public string Settings { get; init; } = string.Empty;

    /// <summary>Brings the tables of an older version up to date, inside a transaction; null when there are none.</summary>
    public Action<SqliteConnection>? Migrate { get; init; }

    /// <summary>The oldest version that is read as it is; to be written to, a file is brought up to date. Default: none but this
    /// one.</summary>
    public long OldestRead { get; init; } = Version;

    /// <summary>Opens a file to write, made where there is none or an empty one.</summary>
    /// <param name="errors">The file.</param>
    /// <param name="busy">How long another process may write.</param>
    /// <param name="isPrivate">Whether only its owner may read the file, also one that was there.</param>
    public SqliteConnection OpenToWrite(SqliteErrors errors, TimeSpan busy, bool isPrivate)
    {
        var header = SqliteHeader.Read(errors);
        Require(errors, header, busy);
        if (isPrivate)
        {
            MakePrivate(errors, header);
        }

        return Connect(
            errors,
            new SqliteConnectionStringBuilder
            {
                DataSource = errors.Path,
                Mode = SqliteOpenMode.ReadWriteCreate,
                DefaultTimeout = SecondsOf(busy),
                Pooling = false,
            },
            connection =>
            {
                connection.Run($"PRAGMA busy_timeout={(long)busy.TotalMilliseconds}");
                Prepare(connection, errors);
                connection.Run("PRAGMA journal_mode=WAL");
            }
        );
    }

    /// <summary>Opens a store in memory by its name; it lives as long as a connection to it, all of which share its pages.</summary>
    public SqliteConnection OpenInMemory(SqliteErrors errors, string name) =>
        Connect(
            errors,
            new SqliteConnectionStringBuilder
            {
                DataSource = name,
                Mode = SqliteOpenMode.Memory,
                Cache = SqliteCacheMode.Shared,
                Pooling = false,
            },
            connection => Prepare(connection, errors)
        );

    /// <summary>Opens a file to read; nothing is written, so that it may lie on a read-only disk.</summary>
    public SqliteConnection OpenToRead(SqliteErrors errors, TimeSpan busy)
    {
        var header = SqliteHeader.Read(errors);
        if (header.IsEmpty && !SqliteHeader.HasLog(errors.Path))
        {
            throw errors.ToError(new SqliteReason($"is an empty file, no {Kind}", IsForeign: true), new InvalidDataException(errors.Path));
        }

        Require(errors, header, busy);
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = errors.Path,
            Mode = SqliteOpenMode.ReadOnly,
            DefaultTimeout = SecondsOf(busy),
            Pooling = false,
        };
        try
        {
            return ConnectRaw(settings, connection => CheckVersion(connection, errors, OldestRead));
        }
        catch (SqliteException error) when (error.SqliteErrorCode is ReadOnly or CannotOpen)
        {
            if (SqliteHeader.HasLog(errors.Path))
            {
                throw errors.ToError(
                    new SqliteReason(
                        $"cannot be read as it is: changes in {errors.Path}-wal are not yet brought into it, and its folder may not "
                            + "be written to. Open it once where it may, or copy both files"
                    ),
                    error
                );
            }

            // Nobody can be writing: a writer has a log.
            settings.DataSource = $"file:{Uri.EscapeDataString(errors.Path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
            return Connect(errors, settings, connection => CheckVersion(connection, errors, OldestRead));
        }
        catch (SqliteException error)
        {
            throw errors.ToError(SqliteReason.Of(error), error);
        }
    }

    // A timeout of 0 would wait for ever.
    private static int SecondsOf(TimeSpan busy) => (int)Math.Ceiling(Math.Max(1, busy.TotalSeconds));

    private static SqliteConnection Connect(
        SqliteErrors errors,
        SqliteConnectionStringBuilder settings,
        Action<SqliteConnection> prepare
    ) => errors.Run(() => ConnectRaw(settings, prepare));

    private static SqliteConnection ConnectRaw(SqliteConnectionStringBuilder settings, Action<SqliteConnection> prepare)
    {
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // A file that another process is making, or whose making was cut short, has its header in the log only, or no tables yet. What was read
    // of it a moment ago may be out of date by now.
    private void Require(SqliteErrors errors, SqliteHeader header, TimeSpan busy)
    {
        while (
            !header.IsEmpty
            && header.ApplicationId != ApplicationId
            && !(header.ApplicationId == 0 && SqliteHeader.IsInUse(errors.Path) && IsOursOrNobodys(errors, busy))
        )
        {
            var now = SqliteHeader.Read(errors);
            if (now == header)
            {
                throw NotOurs(errors);
            }

            header = now;
        }
    }

    private bool IsOursOrNobodys(SqliteErrors errors, TimeSpan busy)
    {
        using var connection = Connect(
            errors,
            new SqliteConnectionStringBuilder
            {
                DataSource = errors.Path,
                Mode = SqliteOpenMode.ReadOnly,
                DefaultTimeout = SecondsOf(busy),
                Pooling = false,
            },
            _ => { }
        );
        return errors.Run(() =>
        {
            using var moment = connection.BeginTransaction(deferred: true);
            var id = connection.Number("PRAGMA application_id");
            return id == ApplicationId || (id == 0 && connection.Number("SELECT count(*) FROM sqlite_schema") == 0);
        });
    }

    /// <summary>Makes a file, new or not, its owner's alone. SQLite gives the log and the index of the log the same rights.</summary>
    public static void MakePrivate(SqliteErrors errors, SqliteHeader header)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            if (header.IsMissing)
            {
                new FileStream(
                    errors.Path,
                    new FileStreamOptions
                    {
                        Mode = FileMode.OpenOrCreate,
                        Access = FileAccess.Write,
                        Share = FileShare.ReadWrite,
                        UnixCreateMode = OwnersOnly,
                    }
                ).Dispose();
            }

            foreach (var path in SideFiles.Select(end => errors.Path + end).Prepend(errors.Path).Where(File.Exists))
            {
                if ((File.GetUnixFileMode(path) & ~OwnersOnly) != UnixFileMode.None)
                {
                    File.SetUnixFileMode(path, OwnersOnly);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw errors.ToError(new SqliteReason($"cannot be made its owner's alone ({error.Message})"), error);
        }
    }

    private void Prepare(SqliteConnection connection, SqliteErrors errors)
    {
        if (Settings.Length > 0)
        {
            connection.Run(Settings);
        }

        connection.Run("PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON");
        if (connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Create(connection);
        }

        if (
            connection.Number("PRAGMA user_version") is var version
            && version < Version
            && Migrate is not null
            && connection.Number("PRAGMA application_id") == ApplicationId
        )
        {
            MigrateOnce(connection);
        }

        CheckVersion(connection, errors, Version);
    }

    private void Create(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);

        // Another process may have been faster.
        if (connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            connection.Run(Tables);
            connection.Run($"PRAGMA application_id={ApplicationId}");
            connection.Run($"PRAGMA user_version={Version}");
        }

        transaction.Commit();
    }

    private void MigrateOnce(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (connection.Number("PRAGMA user_version") < Version)
        {
            Migrate!(connection);
            connection.Run($"PRAGMA user_version={Version}");
        }

        transaction.Commit();
    }

    private void CheckVersion(SqliteConnection connection, SqliteErrors errors, long oldest)
    {
        var (application, version) = (connection.Number("PRAGMA application_id"), connection.Number("PRAGMA user_version"));
        if (application != ApplicationId)
        {
            throw NotOurs(errors);
        }

        // Reads the tables' definitions, so that damage shows now.
        connection.Number("SELECT count(*) FROM sqlite_schema");
        if (version < oldest || version > Version)
        {
            var what =
                version > Version
                    ? $"was made by a newer Simile ({Kind} of version {version}, but this one reads version {Version}). Use that one"
                : Migrate is null ? $"is of version {version}, but this Simile reads version {Version}. Make it anew"
                : $"is an {Kind} of version {version}, but this Simile reads version {Version}. Index its folder into it again: that "
                    + "brings it up to date, and embeds only what changed";
            throw errors.ToError(new SqliteReason(what, IsForeign: true), new InvalidDataException(errors.Path));
        }
    }

    private SimileException NotOurs(SqliteErrors errors) =>
        errors.ToError(
            new SqliteReason($"is an SQLite database, but no {Kind} of Simile's. Name another file", IsForeign: true),
            new InvalidDataException(errors.Path)
        );
}

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
