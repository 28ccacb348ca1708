using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>Turns SQLite's errors into <see cref="ErrorCode.CacheUnavailable"/>.</summary>
internal static class CacheErrors
{
    public static SimileException Unavailable(string path, string what, Exception? inner = null) =>
        new(ErrorCode.CacheUnavailable, $"The cache {path} cannot be used: {what}.", inner);

    public static T Translate<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error)
        {
            throw Unavailable(path, Reason(error), error);
        }
    }

    private static string Reason(SqliteException error) => error.SqliteErrorCode switch
    {
        5 or 6 => "another process has been writing to it for too long",
        8 => "it may not be written to",
        10 => $"its disk does not answer ({error.Message})",
        13 => "its disk is full. Make room",
        14 => "it cannot be opened. Is its folder there, and may it be written to?",
        _ => $"it is damaged ({error.Message}). Delete it; it fills again by itself",
    };
}
