using System.Text.Json;
using Simile.Vectors.Files;

namespace Simile.Pipelines.Bulk;

/// <summary>A vector file that grows as FILE.part, with FILE.progress beside it, until it is whole.</summary>
/// <remarks>The progress never claims more than is on the disk: data is flushed before it. What lies behind it, from a run that was killed,
/// is cut off.</remarks>
internal sealed class FileBulkOutput : IBulkOutput
{
    private readonly string _path;
    private readonly int _dimensions;
    private readonly string _identity;
    private readonly VectorFormat _format;
    private readonly FileStream _data;
    private readonly FileStream _errors;

    private FileBulkOutput(string path, int dimensions, string identity, BulkState? state)
    {
        (_path, _dimensions, _identity, _format) = (path, dimensions, identity, VectorFiles.FormatOf(path));
        Position = state?.Position ?? BulkPosition.Start;
        if (state is null)
        {
            // From here on FILE.part is known to be ours, however early the run is killed.
            new BulkState(identity, Position, 0, 0, Completing: false).Write(path + ".progress");
        }

        _data = Open(path + ".part", state?.OutputBytes ?? 0);
        try
        {
            _errors = Open(path + ".errors.jsonl", state?.ErrorBytes ?? 0);
            if (_data.Position == 0)
            {
                _format.Begin(_data, dimensions);
            }
        }
        catch
        {
            _data.Dispose();
            throw;
        }
    }

    public BulkPosition Position { get; private set; }

    /// <summary>Begins, or continues what was left.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ResumeMismatch"/>, <see cref="ErrorCode.BadVectorFile"/> for an ending that
    /// is not known.</exception>
    public static FileBulkOutput Open(string path, int dimensions, string identity, bool restart)
    {
        var (progress, part) = (path + ".progress", path + ".part");
        if (!File.Exists(progress) && new FileInfo(part) is { Exists: true, Length: > 0 })
        {
            throw new SimileException(
                ErrorCode.ResumeMismatch,
                $"{part} is there already, but nothing says that it is an unfinished run ({progress} is missing). Move it away, or "
                    + "choose another output."
            );
        }

        var state = BulkState.Read(progress);
        if (restart)
        {
            File.Delete(progress);
            state = null;
        }

        if (state is { Completing: true } && !File.Exists(part) && File.Exists(path))
        {
            // Killed between the last two steps: what stands in the final place is this run's.
            File.Move(path, part);
        }

        if (state is not null && state.Identity != identity)
        {
            throw PipelineErrors.AnotherInput(path, "it was begun with another model or other options");
        }

        return new FileBulkOutput(path, dimensions, identity, state);
    }

    public void Append(IReadOnlyList<VectorRow> rows, BulkPosition after)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (_format.Append(_data, rows[i], Position.Rows + i, _dimensions).Error is { } error)
            {
                WriteError(Position.Rows + i, error);
            }
        }

        Position = after;
    }

    public void Commit() => Save(completing: false);

    public void Complete()
    {
        var end = _data.Position;
        _format.End(_data, Position.Rows, _dimensions);
        _data.Position = end;
        Save(completing: true);
        Dispose();
        File.Move(_path + ".part", _path, overwrite: true);
        File.Delete(_path + ".progress");
        if (Position.Failed == 0)
        {
            File.Delete(_path + ".errors.jsonl");
        }
    }

    public void Dispose()
    {
        _data.Dispose();
        _errors.Dispose();
    }

    private void Save(bool completing)
    {
        _data.Flush(flushToDisk: true);
        _errors.Flush(flushToDisk: true);
        new BulkState(_identity, Position, _data.Position, _errors.Position, completing).Write(_path + ".progress");
    }

    private void WriteError(long index, SimileException error)
    {
        using (var json = new Utf8JsonWriter(_errors))
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteStartObject("error");
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Description);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        _errors.WriteByte((byte)'\n');
    }

    private static FileStream Open(string path, long length)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        if (stream.Length < length)
        {
            var found = stream.Length;
            stream.Dispose();
            throw PipelineErrors.AnotherInput(path, $"{length} bytes of it were written, but only {found} are there");
        }

        stream.SetLength(length);
        stream.Position = length;
        return stream;
    }
}
