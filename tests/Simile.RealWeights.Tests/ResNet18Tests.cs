using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Simile.Hub;
using Simile.Images;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Models;
using Simile.OnnxRuntime;

namespace Simile.RealWeights.Tests;

/// <summary>The ResNet-18 that comes with ML.NET: our engine against ONNX Runtime, which runs both of its graphs, from the pixels that go
/// into the first.</summary>
public sealed class ResNet18Tests(ITestOutputHelper output) : IDisposable
{
    private const float Tolerance = 1e-5f;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Pictures =>
        [
            .. Directory
                .GetFiles(RepositoryRoot.Find("samples", "pictures"))
                .Select(path => Path.GetFileName(path)!)
                .Order(StringComparer.Ordinal)
                .Take(8),
        ];

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task FeaturesAreThoseOfOnnxRuntime(string name)
    {
        var graphs = await PrepareAsync();
        var picture = RepositoryRoot.Find("samples", "pictures", name);
        await using var embedder = await ImageEmbedder.LoadAsync(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        var found = (await embedder.EmbedAsync([ImageInput.FromFile(picture)], null, TestContext.Current.CancellationToken))[0].ToArray();

        // The same pixels, as nobody has touched their colours.
        var (plain, _) = PreprocessorConfig.Read(ModelFolder.Open(_folder.Path), string.Empty);
        var values = plain
            .Prepare(new ImageReader().Read(await File.ReadAllBytesAsync(picture, TestContext.Current.CancellationToken)).Image)
            .Values;
        foreach (var graph in graphs)
        {
            using var session = new InferenceSession(graph);
            using var input = OrtValue.CreateTensorValueFromMemory(values, [1, 3, 224, 224]);
            using var run = new RunOptions();
            using var outputs = session.Run(run, [session.InputNames[0]], [input], [session.OutputNames[0]]);
            values = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        var length = MathF.Sqrt(values.Sum(value => value * value));
        var difference = found.Zip(values).Max(pair => MathF.Abs(pair.First - pair.Second)) / length;
        output.WriteLine($"{name}: {found.Length} features, largest difference {difference:G3} of the vector's length");
        Assert.Equal(values.Length, found.Length);
        Assert.InRange(difference, 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task TheOptionalEngineGivesTheFeaturesOfOurOwn(string name)
    {
        await PrepareAsync();
        var picture = ImageInput.FromFile(RepositoryRoot.Find("samples", "pictures", name));
        var options = new ImageEmbedderOptions { Engine = new OnnxRuntimeEngine() };
        await using var engine = await ImageEmbedder.LoadAsync(_folder.Path, options, TestContext.Current.CancellationToken);
        await using var own = await ImageEmbedder.LoadAsync(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        var (found, expected) = (
            await engine.EmbedAsync([picture, picture], null, TestContext.Current.CancellationToken),
            await own.EmbedAsync(picture, cancellationToken: TestContext.Current.CancellationToken)
        );
        var length = MathF.Sqrt(expected.ToArray().Sum(value => value * value));
        var difference = found[1].ToArray().Zip(expected.ToArray()).Max(pair => MathF.Abs(pair.First - pair.Second)) / length;
        output.WriteLine($"{name}: largest difference of the two engines {difference:G3} of the vector's length");
        Assert.InRange(difference, 0, Tolerance);
        Assert.Equal(found[0].ToArray(), found[1].ToArray());
        Assert.Equal(own.Space, engine.Space);
        Assert.NotEqual(own.Recipe, engine.Recipe);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("a photo of a {}")]
    public async Task TheShippedHeadNamesPhotographsThatItHasNotSeen(string template)
    {
        await PrepareAsync("resnet-18-cntk");
        var models = new ModelLocator(new ModelCatalog([_folder.Path, RepositoryRoot.Find("models")]), new HubCache(_folder.File("hub")));
        var options = new EmbeddingModelOptions { Models = models, Needs = Modality.Text | Modality.Image };
        await using var model = await EmbeddingModel.OpenAsync("simile-resnet-18", options, TestContext.Current.CancellationToken);
        string[][] kinds =
        [
            .. File.ReadLines(RepositoryRoot.Find("training", "simile-image-mini", "classes.tsv")).Skip(1).Select(line => line.Split('\t')),
        ];
        var labels = await model.Embedder.EmbedAsync(
            [.. kinds.Select(kind => Content.Of(template.Replace("{}", kind[1], StringComparison.Ordinal)))],
            null,
            TestContext.Current.CancellationToken
        );
        var photographs = HeldOut([.. kinds.Select(kind => kind[0])], each: 2);
        var pictures = await model.Embedder.EmbedAsync(
            [.. photographs.Select(photograph => Content.Of(ImageInput.FromBytes(photograph.Bytes)))],
            null,
            TestContext.Current.CancellationToken
        );
        var right = Enumerable
            .Range(0, photographs.Length)
            .Count(i =>
                Enumerable.Range(0, kinds.Length).MaxBy(label => Similarity.Cosine(pictures[i], labels[label])) == photographs[i].Kind
            );
        output.WriteLine($"{right} of {photographs.Length} photographs are nearest to the name of their kind, of {kinds.Length}");
        Assert.InRange(right, 0.8 * photographs.Length, photographs.Length);
    }

    [Fact]
    public async Task AnythingElseBeforeTheNetworkIsACodedError()
    {
        var graphs = await PrepareAsync();
        File.Copy(graphs[1], _folder.File("onnx", "preprocess.onnx"), overwrite: true);
        var other = await Assert.ThrowsAsync<SimileException>(async () => await ImageEmbedder.LoadAsync(_folder.Path));
        Assert.Equal(ErrorCode.UnsupportedModel, other.Code);
        foreach (
            var bytes in (byte[][])
                [
                    [],
                    [1, 2, 3],
                    (await File.ReadAllBytesAsync(graphs[0], TestContext.Current.CancellationToken))[..100_000],
                ]
        )
        {
            await File.WriteAllBytesAsync(_folder.File("onnx", "preprocess.onnx"), bytes, TestContext.Current.CancellationToken);
            var damaged = await Assert.ThrowsAsync<SimileException>(async () => await ImageEmbedder.LoadAsync(_folder.Path));
            Assert.Equal(ErrorCode.BadCheckpoint, damaged.Code);
        }
    }

    public void Dispose() => _folder.Dispose();

    // Of each kind those whose digest is least among the fifth that no training of ours takes.
    private static (int Kind, byte[] Bytes)[] HeldOut(string[] kinds, int each)
    {
        using var archive = ZipFile.OpenRead(RepositoryRoot.Shared("train", "caltech101-96px.zip"));
        var places = archive
            .Entries.Where(entry => entry.Name.EndsWith(".jpg", StringComparison.Ordinal))
            .ToLookup(entry => entry.FullName.Split('/')[0], StringComparer.Ordinal);
        return
        [
            .. kinds.SelectMany(
                (kind, number) =>
                    places[kind]
                        .OrderBy(entry => PlaceOf(entry.FullName))
                        .Take(each)
                        .Where(entry => PlaceOf(entry.FullName) < 0.2)
                        .Select(entry => (number, BytesOf(entry)))
                        .ToArray()
            ),
        ];
    }

    // Two kinds are crops of the same photographs: docs/models/simile-image-mini.md.
    private static double PlaceOf(string name)
    {
        var hashed = SHA256.HashData(Encoding.UTF8.GetBytes(name.Replace("Faces_easy/", "Faces/", StringComparison.Ordinal)));
        return BinaryPrimitives.ReadUInt32BigEndian(hashed) / 4294967296.0;
    }

    private static byte[] BytesOf(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Makes the model's folder; returns the package's graphs in their order.</summary>
    private async Task<string[]> PrepareAsync(string name = "")
    {
        var package = typeof(ResNet18Tests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == "ResNet18")
            .Value!;
        string[] graphs =
        [
            Path.Combine(package, "ResNetPrepOnnx", "ResNetPreprocess.onnx"),
            Path.Combine(package, "ResNet18Onnx", "ResNet18.onnx"),
        ];
        Directory.CreateDirectory(_folder.File(name, "onnx"));
        File.Copy(graphs[0], _folder.File(name, "onnx", "preprocess.onnx"));
        File.Copy(graphs[1], _folder.File(name, "onnx", "model.onnx"));
        await File.WriteAllTextAsync(
            _folder.File(name, "config.json"),
            """{"model_type":"resnet","architectures":["ResNetModel"],"hidden_act":"relu"}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            _folder.File(name, "preprocessor_config.json"),
            """{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":224},"crop_size":{"height":224,"width":224},"resample":2,"do_rescale":false,"do_normalize":false}""",
            TestContext.Current.CancellationToken
        );
        return graphs;
    }
}
