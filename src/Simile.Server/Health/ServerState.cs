namespace Simile.Server.Health;

/// <summary>Whether the server is about to end. It says so before it stops answering, so that whoever sends it work sends it
/// elsewhere.</summary>
internal sealed class ServerState
{
    private int _isDraining;

    /// <summary>Whether it is about to end.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining) != 0;

    /// <summary>From now on it is.</summary>
    public void Drain() => Volatile.Write(ref _isDraining, 1);
}
