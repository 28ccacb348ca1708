using System.Runtime.InteropServices;
using Simile.Caching;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Vectors;

namespace Simile.Monitoring;

/// <summary>A sample of inputs as they were embedded once: digests of the inputs and their vectors, in a safetensors file.</summary>
/// <param name="Space">The space of the vectors, as it calls itself.</param>
/// <param name="Recipe">The digest of the recipe they were made with.</param>
/// <param name="Keys">A key an input (N); it does not depend on the model.</param>
/// <param name="Vectors">(N, D) values.</param>
/// <param name="Dimensions">Values a vector (D).</param>
public sealed record DriftBaseline(string Space, string Recipe, IReadOnlyList<CacheKey> Keys, ReadOnlyMemory<float> Vectors, int Dimensions)
{
    private const string KeysName = "keys";
    private const string VectorsName = "vectors";
    private const string SpaceName = "space";
    private const string RecipeName = "recipe";

    /// <summary>The vector of input <paramref name="index"/>, (D).</summary>
    public ReadOnlySpan<float> this[int index] => Vectors.Span.Slice(index * Dimensions, Dimensions);

    /// <summary>Writes the file. A half-written one never stands in the place of a whole one.</summary>
    public void Save(string path)
    {
        var keys = Keys.SelectMany(key => key.ToArray()).ToArray();
        SafetensorsWriter.Write(
            path,
            [
                new TensorToWrite(VectorsName, TensorType.F32, [Keys.Count, Dimensions], MemoryMarshal.AsBytes(Vectors.Span).ToArray()),
                new TensorToWrite(KeysName, TensorType.U8, [Keys.Count, CacheKey.Size], keys),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { [SpaceName] = Space, [RecipeName] = Recipe }
        );
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.BadVectorFile"/>.</exception>
    public static DriftBaseline Load(string path)
    {
        if (!RegularFile.Exists(path))
        {
            throw new SimileException(ErrorCode.PathNotFound, $"There is no baseline {path}. Capture one first.");
        }

        try
        {
            using var file = SafetensorsFile.Open(path);
            return Read(file);
        }
        catch (SimileException error) when (error.Code == ErrorCode.BadCheckpoint)
        {
            throw new SimileException(
                ErrorCode.BadVectorFile,
                $"{path} is no baseline of vectors: {error.Message} Capture it again.",
                error
            );
        }
    }

    private static DriftBaseline Read(SafetensorsFile file)
    {
        var (keys, vectors) = (file.Find(KeysName).Shape, file.Find(VectorsName).Shape);
        if (
            keys.Length != 2
            || vectors.Length != 2
            || keys[0] != vectors[0]
            || keys[1] != CacheKey.Size
            || vectors[1] < 1
            || !file.Metadata.ContainsKey(SpaceName)
            || !file.Metadata.ContainsKey(RecipeName)
        )
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"Its keys are ({string.Join(", ", keys)}) and its vectors ({string.Join(", ", vectors)}); expected are (N, 32) and "
                    + "(N, D), with 'space' and 'recipe' in the metadata."
            );
        }

        var bytes = file.Bytes(KeysName).ToArray();
        return new DriftBaseline(
            file.Metadata[SpaceName],
            file.Metadata[RecipeName],
            [.. Enumerable.Range(0, (int)keys[0]).Select(i => new CacheKey(bytes.AsSpan(i * CacheKey.Size, CacheKey.Size)))],
            file.ReadFloats(VectorsName),
            (int)vectors[1]
        );
    }
}
