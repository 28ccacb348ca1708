using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Pipelines.Bulk;
using Simile.Text;
using Simile.Vectors.Files;

namespace Simile.Sqlite.Tests;

/// <summary>A bulk embedding into SQLite that is stopped and continued.</summary>
public sealed class SqliteBulkOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task ARunThatIsInterruptedIsContinued()
    {
        var texts = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        var input = _folder.File("in.txt");
        await File.WriteAllLinesAsync(input, Enumerable.Range(0, 200).Select(i => i == 7 ? string.Empty : $"line number {i}"));
        var bulk = new BulkEmbedding(texts, new BulkOptions { LinesAtOnce = 10, CheckpointEvery = TimeSpan.Zero });
        var random = new Random(1);
        var runs = 0;
        for (var isDone = false; !isDone; runs++)
        {
            using var output = SqliteBulkOutput.Open(_folder.File("v.db"), bulk.Identity, restart: false);
            isDone = await TryRunAsync(bulk, input, new StoppingOutput(output, random));
        }

        Assert.InRange(runs, 2, 1000);
        Assert.Equal(["in.txt", "v.db"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await bulk.RunAsync(input, _folder.File("v.npy"));
        Assert.Equal(VectorFiles.Read(_folder.File("v.npy")).Values, ReadVectors(_folder.File("v.db"), 256));
    }

    [Fact]
    public void AnotherIdentityDoesNotContinueIt()
    {
        using (var output = SqliteBulkOutput.Open(_folder.File("v.db"), "one", restart: false))
        {
            output.Append([new VectorRow(new float[] { 1, 2 })], new BulkPosition(1, 5, "d", 0));
            output.Commit();
        }

        Assert.Equal(
            ErrorCode.ResumeMismatch,
            Assert.Throws<SimileException>(() => SqliteBulkOutput.Open(_folder.File("v.db"), "two", restart: false)).Code
        );
        using var again = SqliteBulkOutput.Open(_folder.File("v.db"), "two", restart: true);
        Assert.Equal(BulkPosition.Start, again.Position);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<bool> TryRunAsync(BulkEmbedding bulk, string input, StoppingOutput output)
    {
        try
        {
            await bulk.RunAsync(input, output);
            return true;
        }
        catch (StoppedException)
        {
            return false;
        }
    }

    private static float[] ReadVectors(string path, int dimensions)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT row, vector, code FROM embeddings ORDER BY row";
        using var reader = command.ExecuteReader();
        var values = new List<float>();
        for (var row = 0L; reader.Read(); row++)
        {
            Assert.Equal(row, reader.GetInt64(0));
            Assert.Equal(row == 7 ? ErrorCode.EmptyText : null, reader.IsDBNull(2) ? null : reader.GetString(2));
            values.AddRange(
                reader.IsDBNull(1) ? Enumerable.Repeat(float.NaN, dimensions) : MemoryMarshal.Cast<byte, float>((byte[])reader[1]).ToArray()
            );
        }

        return [.. values];
    }

    private sealed class StoppedException : Exception;

    private sealed class StoppingOutput(IBulkOutput inner, Random random) : IBulkOutput
    {
        public BulkPosition Position => inner.Position;

        public void Append(IReadOnlyList<VectorRow> rows, BulkPosition after)
        {
            inner.Append(rows, after);
            MayStop();
        }

        public void Commit()
        {
            inner.Commit();
            MayStop();
        }

        public void Complete() => inner.Complete();

        public void Dispose() => inner.Dispose();

        private void MayStop()
        {
            if (random.Next(8) == 0)
            {
                throw new StoppedException();
            }
        }
    }
}
