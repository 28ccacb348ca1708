using System.Runtime.InteropServices;
using Simile.Cli.Output;

namespace Simile.Cli;

/// <summary>What ends a run before its time: a signal, or that nobody reads its output any more. The work is told; what does not listen is
/// ended after a while, and at a second signal at once.</summary>
internal sealed class Interruption : IDisposable
{
    private const int ReaderGone = 141;
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _exitCode;

    public Interruption()
    {
        Listen(PosixSignal.SIGINT, 130);
        Listen(PosixSignal.SIGTERM, 143);
        Listen(PosixSignal.SIGHUP, 129);
    }

    /// <summary>How long the work may take to stop; longer for a server that has promised answers.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Tells the work to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What the program exits with when it was stopped; 0 when it was not.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    /// <summary>Whether it was stopped because nobody reads the answers.</summary>
    public bool IsReaderGone => ExitCode == ReaderGone;

    /// <summary>Stops also when nobody reads standard output any more.</summary>
    public void WatchOutput() => StandardOutput.WhenGone(() => Stop(ReaderGone));

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _source.Dispose();
    }

    private void Listen(PosixSignal signal, int exitCode) =>
        _signals.Add(
            PosixSignalRegistration.Create(
                signal,
                context =>
                {
                    context.Cancel = true;
                    Stop(exitCode);
                }
            )
        );

    private void Stop(int exitCode)
    {
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) != 0)
        {
            Environment.Exit(ExitCode);
        }

        _ = Task.Delay(Patience).ContinueWith(_ => Environment.Exit(exitCode), TaskScheduler.Default);
        _source.Cancel();
    }
}

/// <summary>A run was stopped, and something of it is kept.</summary>
/// <param name="kept">What is kept, in a sentence.</param>
/// <param name="inner">What stopped it.</param>
internal sealed class StoppedException(string kept, Exception inner) : OperationCanceledException(kept, inner);
