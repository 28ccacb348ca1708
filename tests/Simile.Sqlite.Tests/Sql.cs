using Microsoft.Data.Sqlite;

namespace Simile.Sqlite.Tests;

/// <summary>Changes a file behind the back of its store.</summary>
internal static class Sql
{
    public static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Run(sql);
    }
}
