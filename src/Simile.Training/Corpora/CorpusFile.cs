using System.IO.Compression;
using Simile.Engine.Files;

namespace Simile.Training.Corpora;

/// <summary>Opens a file of text, plain or compressed with Brotli (<c>.br</c>).</summary>
internal static class CorpusFile
{
    /// <summary>The lines of a file.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="name">The file's name without <c>.br</c>; the plain file wins where both exist.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/> when neither exists.</exception>
    public static IEnumerable<string> ReadLines(string folder, string name)
    {
        using var reader = new StreamReader(Open(folder, name));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Where the files of some sources lie, plain and compressed ones, whether they exist or not.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="sources">The sources.</param>
    public static IEnumerable<string> PathsOf(string folder, IEnumerable<CorpusSource> sources) =>
        sources.Select(source => Path.Combine(folder, source.File)).SelectMany(plain => (string[])[plain, plain + ".br"]);

    private static Stream Open(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        if (RegularFile.Exists(plain))
        {
            return RegularFile.Open(plain);
        }

        if (RegularFile.Exists(plain + ".br"))
        {
            return new BrotliStream(RegularFile.Open(plain + ".br"), CompressionMode.Decompress);
        }

        throw new SimileException(
            ErrorCode.BadTrainingData,
            $"The corpus has neither {plain} nor {plain}.br. Name the folder that holds it, or take the file out of the recipe."
        );
    }
}
