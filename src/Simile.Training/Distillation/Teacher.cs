using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Simile.Engine.Files;
using Simile.Training.Static;

namespace Simile.Training.Distillation;

/// <summary>One text model that a student learns from, and where its vectors are kept.</summary>
/// <param name="name">Its name in messages.</param>
/// <param name="embedder">The model.</param>
/// <param name="file">The file of its vectors.</param>
internal sealed class Teacher(string name, IEmbedder<string> embedder, TeacherFile file)
{
    private const int TextsAtOnce = 256;

    /// <summary>Its name in messages.</summary>
    public string Name => name;

    /// <summary>The digest of all that its vectors depend on.</summary>
    public string Recipe => embedder.Recipe.Digest;

    /// <summary>Values of its vectors.</summary>
    public int Dimensions => embedder.Space.Dimensions;

    /// <summary>Embeds what the file lacks. A text that the teacher cannot embed (one without tokens) gets zeros.</summary>
    /// <param name="texts">The texts (N).</param>
    /// <param name="progress">Hears how many of the missing vectors are there, and how many are missing in all.</param>
    /// <param name="cancellationToken">Stops after the texts in work; what was embedded stays in the file.</param>
    /// <returns>The vectors, (N, D).</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when there are more than fit into memory.</exception>
    public async Task<PinnedMatrix> EmbedAsync(
        IReadOnlyList<string> texts,
        Action<long, long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        if ((long)texts.Count * Dimensions > Array.MaxLength)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{texts.Count:N0} texts with {Dimensions} values of {name} each are more than the {Array.MaxLength:N0} values that "
                    + "can be held. Learn from fewer texts."
            );
        }

        var missing = texts.Where(text => !file.Has(text)).Distinct(StringComparer.Ordinal).ToList();
        for (var first = 0; first < missing.Count; first += TextsAtOnce)
        {
            var some = missing[first..Math.Min(missing.Count, first + TextsAtOnce)];
            var batch = await embedder.EmbedAsync(some, null, cancellationToken).ConfigureAwait(false);
            file.Append([
                .. some.Select(
                    (text, i) => (text, batch.Outcomes[i].Succeeded ? batch.Block.Slice(i * Dimensions, Dimensions) : new float[Dimensions])
                ),
            ]);
            progress?.Invoke(first + some.Count, missing.Count);
        }

        var vectors = new PinnedMatrix(texts.Count, Dimensions);
        for (var i = 0; i < texts.Count; i++)
        {
            file.Read(texts[i], vectors.Row(i));
        }

        return vectors;
    }
}

/// <summary>
/// A teacher's vectors by their texts, in a file that grows: a run that is stopped goes on, and a run with another choice of texts uses
/// what is there. Eight letters, 64 of the teacher's recipe, values a vector; then for each text half of its SHA-256 and its values, 32-bit
/// floats.
/// </summary>
internal sealed class TeacherFile : IDisposable
{
    private const int HeaderBytes = 8 + 64 + 4;
    private const int KeyBytes = 16;
    private readonly FileStream _file;
    private readonly Dictionary<UInt128, long> _rows = [];

    private TeacherFile(string path, FileStream file, int dimensions) => (Path, _file, Dimensions) = (path, file, dimensions);

    private static ReadOnlySpan<byte> Magic => "SIMILETV"u8;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Values a vector.</summary>
    public int Dimensions { get; }

    private int RowBytes => KeyBytes + (Dimensions * sizeof(float));

    /// <summary>Opens a file, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="recipe">The digest of all that the teacher's vectors depend on, 64 characters.</param>
    /// <param name="dimensions">Values a vector.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> for another kind of file;
    /// <see cref="ErrorCode.CheckpointMismatch"/> for another teacher's.</exception>
    public static TeacherFile Open(string path, string recipe, int dimensions)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var stream = File.Exists(path)
            ? RegularFile.Open(path, new FileStreamOptions { Access = FileAccess.ReadWrite, Share = FileShare.None })
            : new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        var file = new TeacherFile(path, stream, dimensions);
        try
        {
            file.ReadHeader(path, recipe);
            file.ReadKeys();
            return file;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the vector of a text is there.</summary>
    public bool Has(string text) => _rows.ContainsKey(KeyOf(text));

    /// <summary>Reads the vector of a text that is there.</summary>
    public void Read(string text, Span<float> vector)
    {
        _file.Position = _rows[KeyOf(text)];
        _file.ReadExactly(MemoryMarshal.AsBytes(vector));
    }

    /// <summary>Appends vectors, and lets them reach the disk.</summary>
    public void Append(IReadOnlyList<(string Text, ReadOnlyMemory<float> Vector)> rows)
    {
        var bytes = new byte[rows.Count * RowBytes];
        var position = _file.Length;
        for (var i = 0; i < rows.Count; i++)
        {
            var key = KeyOf(rows[i].Text);
            var row = bytes.AsSpan(i * RowBytes, RowBytes);
            BinaryPrimitives.WriteUInt128BigEndian(row, key);
            MemoryMarshal.AsBytes(rows[i].Vector.Span).CopyTo(row[KeyBytes..]);
            _rows[key] = position + ((long)i * RowBytes) + KeyBytes;
        }

        _file.Position = position;
        _file.Write(bytes);
        _file.Flush();
    }

    /// <summary>Closes the file; one without a row is taken away.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (_rows.Count == 0)
        {
            File.Delete(Path);
        }
    }

    private static UInt128 KeyOf(string text) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private void ReadHeader(string path, string recipe)
    {
        byte[] expected = [.. Magic, .. Encoding.ASCII.GetBytes(recipe), .. BitConverter.GetBytes(Dimensions)];
        if (_file.Length == 0)
        {
            _file.Write(expected);
            return;
        }

        var header = new byte[HeaderBytes];
        if (_file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.AsSpan().StartsWith(Magic))
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"{path} holds no vectors of a teacher. Name a file or folder that is new.");
        }

        if (!header.AsSpan().SequenceEqual(expected))
        {
            throw new SimileException(
                ErrorCode.CheckpointMismatch,
                $"{path} holds vectors of {BitConverter.ToInt32(header, HeaderBytes - 4)} values of another teacher, or of this one "
                    + $"at another precision; this one has {Dimensions}. Delete it to begin anew, or name another place."
            );
        }
    }

    // What a killed run left of a last row is cut off.
    private void ReadKeys()
    {
        var whole = (_file.Length - HeaderBytes) / RowBytes;
        _file.SetLength(HeaderBytes + (whole * RowBytes));
        var key = new byte[KeyBytes];
        for (var row = 0L; row < whole; row++)
        {
            _file.Position = HeaderBytes + (row * RowBytes);
            _file.ReadExactly(key);
            _rows[BinaryPrimitives.ReadUInt128BigEndian(key)] = _file.Position;
        }
    }
}
