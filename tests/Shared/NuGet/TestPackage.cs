using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Simile.Testing;

/// <summary>Packages as bytes, made without NuGet's own library.</summary>
internal static class TestPackage
{
    public const string Weights = "weights of the small model";

    /// <summary>A package with a model folder <c>models/small</c>.</summary>
    public static byte[] WithModel(string id, string version, string weights = Weights) =>
        Make(
            id,
            version,
            ("models/small/config.json", """{"model_type":"model2vec"}"""),
            ("models/small/tokenizer.json", "{}"),
            ("models/small/model.safetensors", weights),
            ("buildTransitive/x.targets", "<Project />")
        );

    public static byte[] Make(string id, string version, params (string Name, string Text)[] files) =>
        Make(id, version, [.. files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Text)))]);

    public static byte[] Make(string id, string version, (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var nuspec =
                $"""<?xml version="1.0"?><package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{id}</id><version>{version}</version><authors>me</authors><description>d</description></metadata></package>""";
            foreach (var (name, content) in files.Prepend(($"{id}.nuspec", Encoding.UTF8.GetBytes(nuspec))))
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    public static string Sha512(byte[] package) => Convert.ToBase64String(SHA512.HashData(package));
}
