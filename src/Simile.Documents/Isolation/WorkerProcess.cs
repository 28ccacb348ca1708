using System.Diagnostics;
using System.Globalization;
using Simile.Documents.Reading;

namespace Simile.Documents.Isolation;

/// <summary>A process that reads one document after the other, and is ended when one takes too long.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan MaxStart = TimeSpan.FromMinutes(1);

    // The process itself keeps to the limit, as far as its libraries let it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly Process _process;
    private readonly Stream _answers;

    private WorkerProcess(Process process) => (_process, _answers) = (process, process.StandardOutput.BaseStream);

    /// <summary>Whether it can be asked.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Starts a process.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentReaderFailed"/>.</exception>
    public static WorkerProcess Start(string program, IReadOnlyList<string> arguments, DocumentLimits limits)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = limits.MaxMemory.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        try
        {
            var process = Process.Start(start)!;

            // What a dying process says about itself is nothing for the user.
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var worker = new WorkerProcess(process);
            return worker.Within(MaxStart, () => worker._answers.ReadByte()) == WorkerMessages.Ready
                ? worker
                : throw Failed($"The process {program} that reads documents does not answer.");
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException or TimeoutException)
        {
            throw Failed($"The process {program} that reads documents cannot be started: {error.Message}", error);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooSlow"/>, <see cref="ErrorCode.DocumentReaderFailed"/>; the process
    /// is no more then.</exception>
    public WorkerAnswer Read(string path, byte[] bytes, DocumentLimits limits)
    {
        try
        {
            return Within(
                    limits.MaxTime + Grace,
                    () =>
                    {
                        WorkerMessages.WriteMessage(_process.StandardInput.BaseStream, WorkerMessages.Request(path, bytes, limits));
                        return WorkerMessages.ReadMessage(_answers) is { } answer ? WorkerMessages.ReadAnswer(answer) : null;
                    }
                ) ?? throw Ended(path, limits);
        }
        catch (TimeoutException)
        {
            throw DocumentBudget.TooSlow(path, limits);
        }
        catch (IOException)
        {
            throw Ended(path, limits);
        }
    }

    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _process.Dispose();
    }

    private SimileException Ended(string path, DocumentLimits limits)
    {
        Dispose();
        return Failed(
            $"{path} made the process that read it end: it is nested too deeply, or takes more than the {limits.MaxMemory >> 20} MB "
                + $"of memory "
                + "that a document may take. Save it again, or leave it out."
        );
    }

    // A process that is given up is ended, which ends the reading of its answer too.
    private T Within<T>(TimeSpan time, Func<T> work)
    {
        var task = Task.Run(work);
        if (((IAsyncResult)task).AsyncWaitHandle.WaitOne(time))
        {
            return task.GetAwaiter().GetResult();
        }

        _process.Kill();
        throw new TimeoutException($"it does not answer within {time.TotalSeconds:0} seconds.");
    }

    private static SimileException Failed(string message, Exception? inner = null) => new(ErrorCode.DocumentReaderFailed, message, inner);
}
