using Simile.Testing;

namespace Simile.Sqlite.Tests;

/// <summary>A store in a file does what every store must.</summary>
public sealed class SqliteFileStoreSuite : ChunkStoreSuite<SqliteChunkStore>
{
    private readonly TemporaryFolder _folder = new();

    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }

    protected override SqliteChunkStore Create() => SqliteChunkStore.Open(_folder.File("index.db"), create: true);

    protected override Task DamageAsync(SqliteChunkStore store, long chunk, DamagedPart part) => StoreDamage.DoAsync(store, chunk, part);
}

/// <summary>A store in memory does what every store must.</summary>
public sealed class SqliteMemoryStoreSuite : ChunkStoreSuite<SqliteChunkStore>
{
    protected override SqliteChunkStore Create() => SqliteChunkStore.OpenInMemory();

    protected override Task DamageAsync(SqliteChunkStore store, long chunk, DamagedPart part) => StoreDamage.DoAsync(store, chunk, part);
}

internal static class StoreDamage
{
    public static async Task DoAsync(SqliteChunkStore store, long chunk, DamagedPart part) =>
        await store.Connections.WriteAsync(
            connection =>
                connection.Run(
                    part switch
                    {
                        DamagedPart.VectorLength => "UPDATE vectors SET value = x'00' WHERE id = $0",
                        DamagedPart.VectorValues => "UPDATE vectors SET value = x'0000c07f0000c07f0000c07f0000c07f' WHERE id = $0",
                        DamagedPart.Text => "UPDATE chunks SET text = x'00' WHERE id = $0",
                        _ => "UPDATE metadata SET value = x'0707' WHERE chunk = $0",
                    },
                    chunk
                ),
            CancellationToken.None
        );
}
