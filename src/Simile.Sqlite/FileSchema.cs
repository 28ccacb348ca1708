using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>The tables of one kind of file, and what tells such a file from others.</summary>
/// <param name="ApplicationId">Stands in the file's header.</param>
/// <param name="Version">The version of the tables.</param>
/// <param name="Tables">Makes them.</param>
internal sealed record FileSchema(long ApplicationId, long Version, string Tables)
{
    /// <summary>Makes the tables of a new file, or checks that the file is of this kind.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="refuse">The error for a file of another kind (null), or of another version (that version).</param>
    public void Prepare(SqliteConnection connection, Func<long?, SimileException> refuse)
    {
        connection.Run("PRAGMA journal_mode=WAL");
        connection.Run("PRAGMA synchronous=NORMAL");
        if (connection.Number("PRAGMA application_id") == 0 && connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Create(connection);
        }

        var (application, version) = (connection.Number("PRAGMA application_id"), connection.Number("PRAGMA user_version"));
        if (application != ApplicationId || version != Version)
        {
            throw refuse(application == ApplicationId ? version : null);
        }
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
}
