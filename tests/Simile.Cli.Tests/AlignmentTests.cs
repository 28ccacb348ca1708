using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Simile.Engine.Tensors;

namespace Simile.Cli.Tests;

/// <summary>Training of an alignment and classification, through the real program; the image model is a small network with weights drawn
/// here.</summary>
public sealed class AlignmentTests : IDisposable
{
    private static readonly string[] Names = ["red", "green", "blue", "grey"];
    private readonly TemporaryFolder _folder = new();

    public AlignmentTests()
    {
        Directory.CreateDirectory(_folder.File("image-model"));
        WriteNetwork();
        var lines = Enumerable
            .Range(0, 60)
            .Select(i => $"{i}.bmp\ta {(i < 30 ? "dark" : "bright")} {Names[i % 4]} square number {i}")
            .ToList();
        for (var i = 0; i < 60; i++)
        {
            WritePicture(_folder.File($"{i}.bmp"), i);
        }

        lines.Add("missing.bmp\tnothing");
        File.WriteAllLines(_folder.File("pairs.tsv"), lines);
    }

    [Fact]
    public async Task AnAlignmentIsTrainedSavedAndReported()
    {
        var output = _folder.File("joint");
        var result = await RunAsync("--method", "contrastive", "--epochs", "3", "--fusion", "projection", "--json", "--output", output);
        Assert.True(result.ExitCode == 0, result.Error);
        var report = JsonDocument.Parse(Assert.Single(result.Lines)).RootElement;
        Assert.Equal((12, false), (report.GetProperty("test_pictures").GetInt32(), report.GetProperty("comparable_before").GetBoolean()));
        var recall = report.GetProperty("after").GetProperty("text_to_image").GetProperty("recall@10");
        Assert.InRange(
            recall.GetProperty("value").GetDouble(),
            recall.GetProperty("low").GetDouble(),
            recall.GetProperty("high").GetDouble()
        );
        Assert.Contains("Left out: " + _folder.File("missing.bmp"), result.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["alignment.safetensors", "config.json", "fusion.safetensors"],
            Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.False(File.Exists(output + ".checkpoint"));
        using var config = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(output, "config.json"), TestContext.Current.CancellationToken)
        );
        Assert.InRange(config.RootElement.GetProperty("logit_scale").GetDouble(), 1, 40);
    }

    [Fact]
    public async Task AnAlignmentIsAModel()
    {
        var output = _folder.File("joint");
        Assert.Equal(0, (await RunAsync("--method", "ridge", "--output", output)).ExitCode);
        var compared = await CliProcess.RunAsync(
            null,
            "compare",
            "a dark red square",
            "@" + _folder.File("0.bmp"),
            "--model",
            output,
            "--json"
        );
        Assert.True(compared.ExitCode == 0, compared.Error);
        Assert.StartsWith(
            "alignment@",
            JsonDocument.Parse(compared.Lines[0]).RootElement.GetProperty("space").GetString(),
            StringComparison.Ordinal
        );
        var sorted = await CliProcess.RunAsync(
            null,
            "classify",
            "@" + _folder.File("0.bmp"),
            "--labels",
            "a dark square,a bright square",
            "--model",
            output,
            "--json"
        );
        Assert.True(sorted.ExitCode == 0, sorted.Error);
        Assert.Equal("a dark square", JsonDocument.Parse(sorted.Lines[0]).RootElement.GetProperty("label").GetString());
        var found = await CliProcess.RunAsync(
            null,
            "search",
            "a bright square",
            "--in",
            _folder.Path,
            "--model",
            output,
            "--json",
            "--top",
            "3"
        );
        Assert.True(found.Lines.Length == 3, found.Error);
    }

    [Fact]
    public async Task EveryVerbTakesAnAlignment()
    {
        var output = _folder.File("joint");
        Assert.Equal(0, (await RunAsync("--method", "ridge", "--output", output)).ExitCode);
        File.WriteAllLines(_folder.File("texts.txt"), ["a dark red square", "a bright blue square"]);
        File.WriteAllText(
            _folder.File("sts.tsv"),
            "5\ta dark square\ta dark red square\n0\ta bright square\ta dark square\n3\ta blue square\ta red square\n"
        );
        foreach (
            var arguments in (string[][])
                [
                    ["eval", "sts", _folder.File("sts.tsv")],
                    ["inspect", "a dark square"],
                    ["inspect", "@" + _folder.File("0.bmp")],
                    ["bench", "--corpus", _folder.File("texts.txt"), "--tokenizer"],
                    ["models", "verify", output],
                    ["models", "show", output],
                ]
        )
        {
            var result = await CliProcess.RunAsync(null, arguments[0] == "models" ? arguments : [.. arguments, "--model", output]);
            Assert.True(result.ExitCode == 0, string.Join(' ', arguments) + result.Error);
        }

        // In bulk as one by one: in the joint space.
        var bulk = await CliProcess.RunAsync(
            null,
            "embed",
            "@" + _folder.File("texts.txt"),
            "--lines",
            "--model",
            output,
            "--output",
            _folder.File("bulk.jsonl")
        );
        Assert.True(bulk.ExitCode == 0, bulk.Error);
        var alone = await CliProcess.RunAsync(null, "embed", "a dark red square", "a bright blue square", "--model", output);
        Assert.Equal(alone.Lines.Select(VectorOf), File.ReadLines(_folder.File("bulk.jsonl")).Select(VectorOf));

        static string VectorOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("embedding").GetRawText();
    }

    [Fact]
    public async Task TheReportIsReadable()
    {
        var result = await RunAsync("--method", "ridge", "--output", _folder.File("joint"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            6,
            result.Lines.Count(line =>
                line.Contains("before", StringComparison.Ordinal) && line.Contains("chance", StringComparison.Ordinal)
            )
        );
    }

    [Theory]
    [InlineData(1, "SIM601", "train", "alignment", "--pairs", "/no.tsv", "--image-model", "x", "--output", "/tmp/no")]
    [InlineData(
        2,
        "--method takes",
        "train",
        "alignment",
        "--pairs",
        "/no.tsv",
        "--image-model",
        "x",
        "--output",
        "/tmp/no",
        "--method",
        "magic"
    )]
    [InlineData(2, "no place", "classify", "x", "--labels", "a,b", "--template", "c")]
    [InlineData(2, "twice", "classify", "x", "--labels", "a,a")]
    public async Task ErrorsSayWhatToDo(int exitCode, string says, params string[] arguments)
    {
        var result = await CliProcess.RunAsync(null, arguments);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image-model", "state", "model.safetensors")]
    [InlineData("notes", "state", "mine.txt")]
    [InlineData("joint", "pairs.tsv", "is the input; writing")]
    [InlineData("joint", "0.bmp", "is the input; writing")]
    [InlineData("joint", "image-model/model.safetensors", "is the input; writing")]
    [InlineData("joint", "mine.safetensors", "no state of a training")]
    [InlineData("joint", "mine.txt", "mine.txt")]
    [InlineData("mine.txt", "state", "is a file")]
    public async Task AnOutputDestroysNothing(string output, string checkpoint, string says)
    {
        Directory.CreateDirectory(_folder.File("notes"));
        File.WriteAllText(_folder.File("notes", "mine.txt"), "a diary");
        File.WriteAllText(_folder.File("mine.txt"), "a diary");
        File.Copy(_folder.File("image-model", "model.safetensors"), _folder.File("mine.safetensors"));
        var before = Contents();
        var result = await RunAsync("--method", "ridge", "--output", _folder.File(output), "--checkpoint", _folder.File(checkpoint));
        Assert.InRange(result.ExitCode, 1, 2);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public async Task TextsAreClassified()
    {
        var one = await CliProcess.RunAsync(
            null,
            "classify",
            "the team won the football match",
            "--labels",
            "cooking, sports",
            "--template",
            "a text about {}",
            "--json"
        );
        var lines = one.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal((0, "sports"), (one.ExitCode, lines[0].GetProperty("label").GetString()));
        Assert.Equal(["label", "score"], lines[1].EnumerateObject().Select(field => field.Name));
        Assert.Equal(1, lines.Sum(line => line.GetProperty("score").GetDouble()), 1e-9);
        var two = await CliProcess.RunAsync(null, "classify", "bake the bread", "", "--labels", "cooking,sports");
        Assert.Equal((1, 2), (two.ExitCode, two.Lines.Length));
        Assert.Contains("SIM101", two.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CliResult> RunAsync(params string[] arguments) =>
        CliProcess.RunAsync(
            null,
            ["train", "alignment", "--pairs", _folder.File("pairs.tsv"), "--image-model", _folder.File("image-model"), .. arguments]
        );

    private string[] Contents() =>
        [
            .. Directory
                .GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => path + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))),
        ];

    // A residual network in torchvision's layout: a stem and one block, eight channels.
    private void WriteNetwork()
    {
        var random = new Random(1);
        var tensors = new List<TensorToWrite>();
        void Add(string name, long[] shape, Func<float> value)
        {
            var values = Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => value()).ToArray();
            tensors.Add(new TensorToWrite(name, TensorType.F32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        }

        foreach (
            var (convolution, norm, inputs, size) in (ReadOnlySpan<(string, string, int, int)>)
                [("conv1", "bn1", 3, 7), ("layer1.0.conv1", "layer1.0.bn1", 8, 3), ("layer1.0.conv2", "layer1.0.bn2", 8, 3)]
        )
        {
            Add(convolution + ".weight", [8, inputs, size, size], () => (float)(random.NextDouble() - 0.5) / size);
            Add(norm + ".weight", [8], () => 1);
            Add(norm + ".bias", [8], () => (float)random.NextDouble());
            Add(norm + ".running_mean", [8], () => 0);
            Add(norm + ".running_var", [8], () => 1);
        }

        SafetensorsWriter.Write(_folder.File("image-model", "model.safetensors"), tensors);
    }

    // An uncompressed BMP of 32 × 32 pixels, shaded from its own colour.
    private static void WritePicture(string path, int number)
    {
        const int Side = 32;
        var file = new byte[54 + (Side * Side * 3)];
        "BM"u8.CopyTo(file);
        foreach (
            var (at, value) in (ReadOnlySpan<(int, int)>)
                [(2, file.Length), (10, 54), (14, 40), (18, Side), (22, Side), (26, 1 + (24 << 16))]
        )
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        }

        for (var i = 54; i < file.Length; i++)
        {
            var isOwn = number % 4 == 3 || (i - 54) % 3 == 2 - (number % 4);
            file[i] = (byte)((isOwn ? (number < 30 ? 90 : 220) : 10) + (number % 30) + ((i / 96) % 3));
        }

        File.WriteAllBytes(path, file);
    }
}
