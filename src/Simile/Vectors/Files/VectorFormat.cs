namespace Simile.Vectors.Files;

/// <summary>How vectors lie in one kind of file.</summary>
internal abstract class VectorFormat
{
    public abstract void Begin(Stream stream, int dimensions);

    public abstract void Append(Stream stream, VectorRow row, long index, int dimensions);

    public abstract void End(Stream stream, long count, int dimensions);

    public abstract VectorTable Read(FileStream stream);
}
