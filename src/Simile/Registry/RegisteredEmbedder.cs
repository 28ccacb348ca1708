namespace Simile.Registry;

/// <summary>What a registry knows of one name.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsLoaded">Whether it is in memory.</param>
/// <param name="IsPinned">Whether it stays there.</param>
/// <param name="Bytes">The memory that it takes, or 0 when it is not loaded.</param>
/// <param name="Leases">How many use it at the moment.</param>
public sealed record RegisteredEmbedder(string Name, bool IsLoaded, bool IsPinned, long Bytes, int Leases);
