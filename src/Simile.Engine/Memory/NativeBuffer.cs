using System.Runtime.InteropServices;

namespace Simile.Engine.Memory;

/// <summary>Memory outside the garbage collector's, aligned to 64 bytes. It grows on demand and forgets what it held when it
/// does.</summary>
internal sealed unsafe class NativeBuffer() : SafeHandle(0, ownsHandle: true)
{
    private const nuint Alignment = 64;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The first byte, or null before the first <see cref="Reserve"/>.</summary>
    public byte* Data => (byte*)handle;

    /// <summary>Bytes there are.</summary>
    public long Length { get; private set; }

    /// <summary>Makes room for at least <paramref name="bytes"/> bytes and gives the first one.</summary>
    public byte* Reserve(long bytes)
    {
        if (bytes > Length)
        {
            ReleaseHandle();
            SetHandle((nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment));
            Length = bytes;
        }

        return Data;
    }

    /// <summary>Makes room for floats and gives the first one.</summary>
    public float* ReserveFloats(long count) => (float*)Reserve(count * sizeof(float));

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        SetHandle(0);
        Length = 0;
        return true;
    }
}

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
