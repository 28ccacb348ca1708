namespace Simile.Hosting.Stores;

/// <summary>One call of AddSimileStore.</summary>
/// <param name="Name">The name of its options and of its model; empty for the one that needs no name.</param>
internal sealed record StoreRegistration(string Name);
