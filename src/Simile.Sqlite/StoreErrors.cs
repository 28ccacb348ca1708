using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>Turns SQLite's errors into ours.</summary>
internal static class StoreErrors
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Full = 13;
    private const int CannotOpen = 14;

    public static void Translate(string path, Action work) => Translate(path, () =>
    {
        work();
        return true;
    });

    public static T Translate<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error)
        {
            throw error.SqliteErrorCode switch
            {
                Busy or Locked => new SimileException(ErrorCode.StoreBusy, $"Another process is writing to {path}. Try again when it is done.", error),
                Full => new SimileException(ErrorCode.BadStore, $"The disk is full: {path} stays as it was before this step. Make room and run again.", error),
                CannotOpen => new SimileException(ErrorCode.BadStore, $"{path} cannot be opened: is its folder there, and may it be written to?", error),
                _ => new SimileException(ErrorCode.BadStore, $"{path} is no sound index ({error.Message}). Delete it and index again.", error),
            };
        }
    }
}
