namespace Simile.Hub;

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes that are here.</param>
/// <param name="Total">Bytes of all files; 0 while nobody knows.</param>
/// <param name="Notice">Something to tell the user, such as a pause, or null.</param>
public readonly record struct HubProgress(long Done, long Total, string? Notice);
