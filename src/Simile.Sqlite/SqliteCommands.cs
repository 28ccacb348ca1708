using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>Short ways to run SQL. Values always go in as parameters: $0, $1, …</summary>
internal static class SqliteCommands
{
    public static void Run(this SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = connection.Prepare(sql, values);
        command.ExecuteNonQuery();
    }

    public static long Number(this SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = connection.Prepare(sql, values);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("$" + i.ToString(CultureInfo.InvariantCulture), values[i]);
        }

        return command;
    }

    public static void Set(this SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    /// <summary>The numbers of a column.</summary>
    public static List<long> Longs(this SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = connection.Prepare(sql, values);
        using var reader = command.ExecuteReader();
        var numbers = new List<long>();
        while (reader.Read())
        {
            numbers.Add(reader.GetInt64(0));
        }

        return numbers;
    }

    /// <summary>A fact that a file keeps about itself; null when there is none.</summary>
    public static string? Fact(this SqliteConnection connection, string name)
    {
        using var command = connection.Prepare("SELECT value FROM facts WHERE name = $0", name);
        return command.ExecuteScalar() as string;
    }

    /// <summary>Keeps a fact.</summary>
    public static void SetFact(this SqliteConnection connection, string name, string value) =>
        connection.Run("INSERT INTO facts VALUES ($0, $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
