using System.Runtime.InteropServices;

namespace Simile.Engine.Assembly;

/// <summary>Memory that holds machine code: written first, then made executable; never both at once.</summary>
internal sealed unsafe partial class ExecutableMemory
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int Private = 2;
    private const int AnonymousOnLinux = 0x20;
    private const int AnonymousOnMac = 0x1000;
    private const uint Commit = 0x3000;
    private const uint PageReadWrite = 4;
    private const uint PageExecuteRead = 0x20;

    private ExecutableMemory(byte* start) => Start = start;

    /// <summary>The first byte of the code.</summary>
    public byte* Start { get; }

    /// <summary>Places code in memory for the rest of the process, or gives null where the system refuses.</summary>
    public static ExecutableMemory? TryCreate(ReadOnlySpan<byte> code)
    {
        var start = OperatingSystem.IsWindows() ? PlaceOnWindows(code) : Place(code);
        return start == null ? null : new ExecutableMemory(start);
    }

    private static byte* Place(ReadOnlySpan<byte> code)
    {
        var flags = Private | (OperatingSystem.IsMacOS() ? AnonymousOnMac : AnonymousOnLinux);
        var memory = MapMemory(null, (nuint)code.Length, Read | Write, flags, -1, 0);
        if ((nint)memory == -1)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(memory, code.Length));
        return ProtectMemory(memory, (nuint)code.Length, Read | Execute) == 0 ? memory : null;
    }

    private static byte* PlaceOnWindows(ReadOnlySpan<byte> code)
    {
        var memory = VirtualAlloc(null, (nuint)code.Length, Commit, PageReadWrite);
        if (memory == null)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(memory, code.Length));
        return VirtualProtect(memory, (nuint)code.Length, PageExecuteRead, out _) != 0 ? memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* MapMemory(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int ProtectMemory(void* address, nuint length, int protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial byte* VirtualAlloc(void* address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect")]
    private static partial int VirtualProtect(void* address, nuint length, uint protection, out uint before);
}
