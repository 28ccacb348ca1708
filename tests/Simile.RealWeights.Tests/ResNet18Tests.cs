using System.Collections.Immutable;
using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using Simile.Images;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Models;

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

    /// <summary>Makes the model's folder; returns the package's graphs in their order.</summary>
    private async Task<string[]> PrepareAsync()
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
        Directory.CreateDirectory(_folder.File("onnx"));
        File.Copy(graphs[0], _folder.File("onnx", "preprocess.onnx"));
        File.Copy(graphs[1], _folder.File("onnx", "model.onnx"));
        await File.WriteAllTextAsync(
            _folder.File("config.json"),
            """{"model_type":"resnet","architectures":["ResNetModel"],"hidden_act":"relu"}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            _folder.File("preprocessor_config.json"),
            """{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":224},"crop_size":{"height":224,"width":224},"resample":2,"do_rescale":false,"do_normalize":false}""",
            TestContext.Current.CancellationToken
        );
        return graphs;
    }
}
