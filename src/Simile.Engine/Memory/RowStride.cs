namespace Simile.Engine.Memory;

/// <summary>How far apart the rows of a matrix lie.</summary>
internal static class RowStride
{
    private const int Line = 64;
    private const int Conflict = 1024;

    /// <summary>Bytes from one row to the next: whole cache lines, and never a distance at which a dozen rows would fall into one set of
    /// the first-level cache.</summary>
    public static int Of(int rowBytes)
    {
        var stride = (rowBytes + Line - 1) / Line * Line;
        return stride % Conflict == 0 ? stride + Line : stride;
    }
}
