using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Pipelines.Bulk;
using Simile.Vectors.Files;

namespace Simile.Sqlite;

/// <summary>Rows of a bulk embedding in an SQLite file: table <c>embeddings (row, vector, code, message)</c>, vectors as 32-bit floats,
/// NULL where a line has none. A new file is its owner's alone. Unfinished, the file is called FILE.part.</summary>
/// <remarks>Rows and position go in together, so that either both are there after a crash or neither.</remarks>
public sealed class SqliteBulkOutput : IBulkOutput
{
    private readonly string _path;
    private readonly SqliteErrors _errors;
    private readonly SqliteConnection _connection;
    private SqliteTransaction? _transaction;

    private SqliteBulkOutput(string path, SqliteConnection connection)
    {
        (_path, _connection, _errors) = (path, connection, SqliteErrors.OfBulk(path + ".part"));
        Position = BulkPosition.Start;
    }

    /// <inheritdoc/>
    public BulkPosition Position { get; private set; }

    /// <summary>Begins, or continues what was left.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity"><see cref="BulkEmbedding.Identity"/> of the run.</param>
    /// <param name="restart">Whether an unfinished run is thrown away instead of continued.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ResumeMismatch"/>, <see cref="ErrorCode.BadStore"/>,
    /// <see cref="ErrorCode.StoreUnavailable"/>, <see cref="ErrorCode.StoreBusy"/>.</exception>
    public static SqliteBulkOutput Open(string path, string identity, bool restart)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        var (part, errors) = (path + ".part", SqliteErrors.OfBulk(path + ".part"));
        var header = SqliteHeader.Read(errors);
        if (restart && !header.IsMissing)
        {
            RequireOurs(errors, header);
            File.Delete(part);
            File.Delete(part + "-journal");
        }

        FileSchema.MakePrivate(errors, SqliteHeader.Read(errors));
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = part,
                DefaultTimeout = 10,
                Pooling = false,
            }.ToString()
        );
        var output = new SqliteBulkOutput(path, connection);
        try
        {
            errors.Run(() => output.Begin(identity));
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Append(IReadOnlyList<VectorRow> rows, BulkPosition after)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(after);
        _errors.Run(() =>
        {
            _transaction ??= _connection.BeginTransaction();
            using var command = _connection.Prepare(
                "INSERT INTO embeddings VALUES ($0, $1, $2, $3)",
                0L,
                DBNull.Value,
                DBNull.Value,
                DBNull.Value
            );
            for (var i = 0; i < rows.Count; i++)
            {
                var error = rows[i].Error;
                command.Parameters[0].Value = Position.Rows + i;
                command.Parameters[1].Value = error is null ? MemoryMarshal.AsBytes(rows[i].Vector.Span).ToArray() : DBNull.Value;
                command.Parameters[2].Value = error is null ? DBNull.Value : error.Code;
                command.Parameters[3].Value = error is null ? DBNull.Value : error.Description;
                command.ExecuteNonQuery();
            }
        });
        Position = after;
    }

    /// <inheritdoc/>
    public void Commit() =>
        _errors.Run(() =>
        {
            _transaction ??= _connection.BeginTransaction();
            _connection.Run(
                "UPDATE position SET rows = $0, bytes = $1, digest = $2, failed = $3",
                Position.Rows,
                Position.Bytes,
                Position.Digest,
                Position.Failed
            );
            _transaction.Commit();
            _transaction.Dispose();
            _transaction = null;
        });

    /// <inheritdoc/>
    public void Complete()
    {
        Commit();
        Dispose();
        File.Move(_path + ".part", _path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transaction?.Dispose();
        _transaction = null;
        _connection.Dispose();
    }

    private void Begin(string identity)
    {
        _connection.Open();
        _connection.Run("PRAGMA secure_delete=ON");
        if (_connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            _connection.Run("CREATE TABLE embeddings (row INTEGER PRIMARY KEY, vector BLOB, code TEXT, message TEXT)");
            _connection.Run(
                "CREATE TABLE position (identity TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, digest TEXT NOT NULL, "
                    + "failed INTEGER NOT NULL)"
            );
            _connection.Run("INSERT INTO position VALUES ($0, 0, 0, $1, 0)", identity, BulkPosition.Start.Digest);
            transaction.Commit();
        }

        RequireTables(_connection, _errors);
        using var command = _connection.Prepare("SELECT identity, rows, bytes, digest, failed FROM position");
        using var reader = command.ExecuteReader();
        if (!reader.Read() || reader.GetString(0) != identity)
        {
            throw new SimileException(
                ErrorCode.ResumeMismatch,
                $"{_path} cannot be continued: it was begun with another model or other options. Run it as it was begun, or start "
                    + "over (--restart)."
            );
        }

        Position = new BulkPosition(reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), reader.GetInt64(4));
        if (Position.Rows < 0 || Position.Bytes < 0 || Position.Failed < 0)
        {
            throw _errors.ToError(
                new SqliteReason("is damaged (its position is negative)", IsDamage: true),
                new InvalidDataException(_path)
            );
        }
    }

    // Starting over empties what is there: it must be what an earlier run left.
    private static void RequireOurs(SqliteErrors errors, SqliteHeader header)
    {
        if (!header.IsEmpty)
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder
                {
                    DataSource = errors.Path,
                    Mode = SqliteOpenMode.ReadOnly,
                    DefaultTimeout = 10,
                    Pooling = false,
                }.ToString()
            );
            errors.Run(() =>
            {
                connection.Open();
                RequireTables(connection, errors);
            });
        }
    }

    private static void RequireTables(SqliteConnection connection, SqliteErrors errors)
    {
        if (connection.Number("SELECT count(*) FROM sqlite_schema WHERE name IN ('embeddings', 'position')") != 2)
        {
            throw errors.ToError(
                new SqliteReason(
                    "is an SQLite database, but none that an earlier run left here. Name another output, or move it away",
                    IsForeign: true
                ),
                new InvalidDataException(errors.Path)
            );
        }
    }
}
