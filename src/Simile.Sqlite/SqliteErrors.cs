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

/// <summary>What went wrong with a file, in words; what to do depends on the kind of file.</summary>
/// <param name="What">Completes a sentence that begins with the file's name.</param>
/// <param name="IsBusy">Whether it may work in a while.</param>
/// <param name="IsDamage">Whether the file's contents are to blame. Only then may it be thrown away.</param>
/// <param name="IsForeign">Whether the file is none of ours, or of another version.</param>
internal sealed record SqliteReason(string What, bool IsBusy = false, bool IsDamage = false, bool IsForeign = false)
{
    private const int WrongFolder = 14 | (2 << 8);
    private const int FileMoved = 8 | (4 << 8);

    /// <summary>The reason behind an error of SQLite (https://sqlite.org/rescode.html).</summary>
    public static SqliteReason Of(SqliteException error) =>
        error.SqliteErrorCode switch
        {
            3 or 23 => new("may not be used by this user"),
            5 or 6 => new("is being written by another process", IsBusy: true),
            7 => new("needs more memory than there is"),
            8 when error.SqliteExtendedErrorCode == FileMoved => new("was moved or replaced while it was open. Run again"),
            8 => new("may not be written to: look at its rights, those of its folder, and whether its disk is read-only"),
            10 => new($"lies on a disk that does not answer as it should ({error.Message})"),
            13 => new("has no room: its disk is full. It stays as it was before this step. Make room and run again"),
            14 when error.SqliteExtendedErrorCode == WrongFolder => new("is a folder. Name a file"),
            14 => new("cannot be opened: is its folder there, and may this user read the file and write to the folder?"),
            15 => new("lies on a disk whose locks do not work, as on some network drives. Use a local disk", IsBusy: true),
            17 => new("was changed by another program while it was in use. Run again"),
            18 or 22 => new($"would get a value or a size that is too large ({error.Message})"),
            19 or 20 or 21 or 25 => new(
                $"was given something that does not belong there ({error.Message}). This is a fault of Simile's or of the program "
                    + "that calls it; please report it"
            ),
            1 or 11 or 24 or 26 => new($"is damaged ({error.Message})", IsDamage: true),
            _ => new($"cannot be used ({error.Message})"),
        };

    /// <summary>A value in a table that is not of its kind.</summary>
    public static SqliteReason BadValue(Exception error) =>
        new($"is damaged (a value in its tables is not of its kind: {error.Message})", IsDamage: true);
}
