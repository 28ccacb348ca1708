using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>Runs work on a file of one kind and turns SQLite's errors into ours.</summary>
/// <param name="Path">The file.</param>
/// <param name="ToError">The error for a reason.</param>
internal sealed record SqliteErrors(string Path, Func<SqliteReason, Exception, SimileException> ToError)
{
    /// <summary>Those of an index.</summary>
    public static SqliteErrors OfStore(string path) => Of(path, " Put a copy back, or delete the file and index again.");

    /// <summary>Those of a file of vectors from a bulk embedding.</summary>
    public static SqliteErrors OfBulk(string path) => Of(path, " Start the run over.");

    /// <summary>Those of a cache of vectors.</summary>
    public static SqliteErrors OfCache(string path) =>
        new(
            path,
            (reason, error) =>
                new SimileException(
                    ErrorCode.CacheUnavailable,
                    $"The cache {path} {reason.What}.{(reason.IsDamage ? " Delete it; it fills again by itself." : string.Empty)}",
                    error
                )
        );

    /// <summary>Throws where a file was closed by its owner while others still use it.</summary>
    public void RequireOpen(bool isClosed)
    {
        if (isClosed)
        {
            throw ToError(new SqliteReason("was closed while it was still in use"), new InvalidOperationException(Path));
        }
    }

    public void Run(Action work) =>
        Run(() =>
        {
            work();
            return true;
        });

    public T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error)
        {
            throw ToError(SqliteReason.Of(error), error);
        }
        catch (Exception error)
            when (error
                    is InvalidCastException
                        or FormatException
                        or OverflowException
                        or InvalidOperationException
                        and not ObjectDisposedException
            )
        {
            throw ToError(SqliteReason.BadValue(error), error);
        }
    }

    private static SqliteErrors Of(string path, string afterDamage) =>
        new(
            path,
            (reason, error) =>
                reason.IsBusy
                    ? new SimileException(ErrorCode.StoreBusy, $"{path} {reason.What}. Try again when it is done.", error)
                    : new SimileException(
                        reason.IsDamage || reason.IsForeign ? ErrorCode.BadStore : ErrorCode.StoreUnavailable,
                        $"{path} {reason.What}.{(reason.IsDamage ? afterDamage : string.Empty)}",
                        error
                    )
        );
}
