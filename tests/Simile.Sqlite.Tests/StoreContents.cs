using Simile.Search;

namespace Simile.Sqlite.Tests;

/// <summary>What lies in a store.</summary>
internal static class StoreContents
{
    public static async Task<IReadOnlyList<IndexedFile>> ReadAllAsync(this IChunkStore store) =>
        await store.ReadFilesAsync([.. (await store.ListFilesAsync()).Keys.Order(StringComparer.Ordinal)]);
}
