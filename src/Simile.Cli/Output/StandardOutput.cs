using System.Runtime.InteropServices;

namespace Simile.Cli.Output;

/// <summary>Standard output, whose end is heard of: the console's own stream passes over a reader that went away ('| head'), and the work
/// for nobody would go on.</summary>
internal sealed partial class StandardOutput : Stream
{
    private const int Descriptor = 1;
    private const int Interrupted = 4;
    private const int BrokenPipe = 32;
    private const short ErrorOrHangUp = 0x8 | 0x10;
    private static readonly int TryAgain = OperatingSystem.IsMacOS() ? 35 : 11;

    private StandardOutput() { }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens it.</summary>
    public static Stream Open() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardOutput();

    /// <summary>Calls back, from a thread of its own, when nobody reads standard output any more.</summary>
    public static void WhenGone(Action gone)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        new Thread(() =>
        {
            var poll = new Poll { Descriptor = Descriptor };
            while (WaitFor(ref poll, 1, -1) < 0 && Marshal.GetLastPInvokeError() is Interrupted or 11 or 35) { }

            if ((poll.Returned & ErrorOrHangUp) != 0)
            {
                gone();
            }
        })
        {
            IsBackground = true,
            Name = "reader of standard output",
        }.Start();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var written = Write(Descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
            {
                var poll = new Poll { Descriptor = Descriptor, Wanted = 0x4 };
                WaitFor(ref poll, 1, -1);
            }
            else if (error != Interrupted)
            {
                throw error == BrokenPipe
                    ? new ReaderGoneException()
                    : new SimileException(
                        ErrorCode.SystemRefused,
                        $"Standard output takes no more: {Marshal.GetPInvokeErrorMessage(error)}."
                    );
            }
        }
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, in byte bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int WaitFor(ref Poll polls, nint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Wanted;
        public short Returned;
    }
}

/// <summary>Nobody reads standard output any more: no error, but the end of the run.</summary>
internal sealed class ReaderGoneException : IOException;
