namespace Simile.Caching;

/// <summary>What one tier of a cache has done so far, in this process.</summary>
/// <param name="Name">The tier: <c>memory</c>, <c>sqlite</c>.</param>
/// <param name="Hits">Keys it was asked for and had.</param>
/// <param name="Misses">Keys it was asked for and did not have.</param>
/// <param name="Evictions">Entries it dropped to stay within its bound.</param>
/// <param name="Repairs">Damaged entries it found and took out.</param>
/// <param name="Entries">Entries it holds now.</param>
/// <param name="Bytes">Bytes it takes now, by its own account.</param>
public sealed record CacheTier(string Name, long Hits, long Misses, long Evictions, long Repairs, long Entries, long Bytes);
