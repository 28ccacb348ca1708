using Simile.Engine.Tensors;
using Simile.Engine.Tensors.Onnx;
using static Simile.Testing.OnnxWriter;

namespace Simile.Engine.Tests.Tensors;

public sealed class OnnxFileTests : IDisposable
{
    // (2, 3) as a graph has it; (3, 2) turned over as a linear layer does.
    private static readonly float[] Matrix = [1, 2, 3, 4, 5, 6];
    private static readonly float[] Turned = [1, 4, 2, 5, 3, 6];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void AMatrixIsNamedByTheBiasBehindIt()
    {
        using var file = Open(
            Initializer(Tensor("onnx::MatMul_7", [2, 3], Floats(Matrix))),
            Initializer(Tensor("layer.0.query.bias", [3], Floats(7, 8, 9))),
            Node("MatMul", "MatMul_1", ["x", "onnx::MatMul_7"], "y"),
            Node("Add", "Add_2", ["layer.0.query.bias", "y"], "z")
        );
        RequireMatrix(file, "layer.0.query.weight");
        Assert.Equal([7f, 8f, 9f], file.ReadFloats("layer.0.query.bias"));
    }

    [Theory]
    [InlineData("/layers.0/mlp/Wi/MatMul", "layers.0.mlp.Wi.weight")]
    [InlineData("/layers/layers.0/mlp/MatMul_1", "layers.0.mlp.weight")]
    public void AMatrixWithoutBiasIsNamedByTheModuleOfItsNode(string node, string name)
    {
        using var file = Open(
            Initializer(Tensor("onnx::MatMul_7", [2, 3], Floats(Matrix))),
            Node("MatMul", node, ["x", "onnx::MatMul_7"], "y")
        );
        RequireMatrix(file, name);
    }

    [Fact]
    public void AMatrixWithoutBiasIsNamedByTheScopesOfPyTorchsNewExporter()
    {
        var scopes = new OnnxWriter()
            .Add(1, "pkg.torch.onnx.name_scopes")
            .Add(2, "['', 'layers.0', 'layers.0.mlp.Wi', 'linear']")
            .ToArray();
        using var file = Open(
            Initializer(Tensor("val_7", [2, 3], Floats(Matrix))),
            Node("MatMul", "node_linear_3", ["x", "val_7"], "y", new OnnxWriter().Add(9, scopes).ToArray())
        );
        RequireMatrix(file, "layers.0.mlp.Wi.weight");
    }

    [Fact]
    public void AMatrixThatTheGraphTurnsOverItselfIsReadAsItIs()
    {
        var order = new OnnxWriter().Add(5, new OnnxWriter().Add(1, "perm").Add(8, 1).Add(8, 0).ToArray()).ToArray();
        using var file = Open(
            Initializer(Tensor("layer.0.query.weight", [3, 2], Floats(Turned))),
            Node("Transpose", "t", ["layer.0.query.weight"], "turned", order),
            Node("MatMul", "m", ["x", "turned"], "y")
        );
        RequireMatrix(file, "layer.0.query.weight");
    }

    [Fact]
    public void EqualTensorsThatAreKeptOnceHaveAllTheirNames()
    {
        using var file = Open(
            Initializer(Tensor("layer.0.norm.weight", [2], Floats(1, 1))),
            Initializer(Tensor("onnx::MatMul_7", [2, 3], Floats(Matrix))),
            Initializer(Tensor("layer.0.query.bias", [3], Floats(0, 0, 0))),
            Node("Identity", "Identity_1", ["layer.0.norm.weight"], "layer.1.norm.weight"),
            Node("Identity", "Identity_2", ["layer.0.query.bias"], "layer.1.query.bias"),
            Node("MatMul", "MatMul_1", ["x", "onnx::MatMul_7"], "y"),
            Node("Add", "Add_2", ["y", "layer.1.query.bias"], "z")
        );
        Assert.Equal([1f, 1f], file.ReadFloats("layer.1.norm.weight"));
        RequireMatrix(file, "layer.1.query.weight");
    }

    [Fact]
    public void WhatAModuleAroundTheNetworkPutsBeforeAllNamesIsLeftOut()
    {
        using var file = Open(
            Initializer(Tensor("0.auto_model.norm.weight", [2], Floats(1, 1))),
            Initializer(Tensor("0.auto_model.norm.bias", [2], Floats(1, 1)))
        );
        Assert.Equal(["norm.bias", "norm.weight"], file.Tensors.Keys.Order());
    }

    [Fact]
    public void BytesAreTimesTheirColumnsScale()
    {
        using var file = Open(
            Initializer(Tensor("q_quantized", [2, 3], [1, 2, 3, 4, 5, 6], type: 3)),
            Initializer(Tensor("q_scale", [3], Floats(1, 10, 100))),
            Initializer(Tensor("q_zero", [3], [0, 1, 2], type: 3)),
            Initializer(Tensor("layer.bias", [3], Floats(0, 0, 0))),
            Node("DequantizeLinear", "d", ["q_quantized", "q_scale", "q_zero"], "q"),
            Node("MatMul", "m", ["x", "q"], "y"),
            Node("Add", "a", ["y", "layer.bias"], "z")
        );
        Assert.Equal([1f, 4, 10, 40, 100, 400], file.ReadFloats("layer.weight"));
    }

    [Theory]
    [InlineData("MatMulNBits", "com.microsoft")]
    [InlineData("Attention", "com.microsoft")]
    public void WeightsOfForeignOperatorsAreAnErrorThatNamesTheNode(string kind, string domain)
    {
        var error = Assert.Throws<SimileException>(() =>
            Open(
                Initializer(Tensor("packed", [2, 3], Floats(Matrix))),
                Node(kind, "node_12", ["x", "packed"], "y", new OnnxWriter().Add(7, domain).ToArray())
            )
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("node_12", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMatrixThatNothingNamesIsAnErrorThatNamesItsNode()
    {
        var error = Assert.Throws<SimileException>(() =>
            Open(Initializer(Tensor("onnx::MatMul_7", [2, 3], Floats(Matrix))), Node("MatMul", "MatMul_44", ["x", "onnx::MatMul_7"], "y"))
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("MatMul_44", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weights.bin", "0", "24", null)]
    [InlineData("weights.bin", "8", null, null)]
    [InlineData("../weights.bin", "0", "24", "outside")]
    [InlineData("sub/../../weights.bin", "0", "24", "outside")]
    [InlineData("/etc/hostname", "0", "24", "outside")]
    [InlineData("weights.bin", "9", "24", "which has 32")]
    [InlineData("weights.bin", "1152921504606846976", "24", "which has 32")]
    [InlineData("weights.bin", "9223372036854775807", "24", "which has 32")]
    [InlineData("weights.bin", "0", "1152921504606846976", "needs 24")]
    [InlineData("weights.bin", "-8", "24", "no number of bytes")]
    [InlineData("weights.bin", "99999999999999999999", "24", "no number of bytes")]
    public void ValuesBesideTheModelLieWithinTheirFileAndFolder(string location, string offset, string? length, string? says)
    {
        File.WriteAllBytes(_folder.File("weights.bin"), Floats([.. Matrix, 7, 8]));
        var tensor = Initializer(Tensor("a.weight", [2, 3], [], 1, External(location, offset, length)));
        if (says is null)
        {
            using var file = Open(tensor);
            Assert.Equal(offset == "0" ? Matrix : [3, 4, 5, 6, 7, 8], file.ReadFloats("a.weight"));
            Assert.Equal([_folder.File("model.onnx"), _folder.File("weights.bin")], file.Paths);
        }
        else
        {
            Assert.Contains(says, Refused(tensor).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SizesThatLieAreCodedErrors()
    {
        var raw = Floats(Matrix);
        Refused(Initializer(Tensor("a.weight", [2, 4], raw)));
        Refused(Initializer(Tensor("a.weight", [1L << 60, 8], raw)));
        Refused(Initializer(Tensor("a.weight", [1L << 62, 1L << 62], raw)));
        Refused(Initializer(Tensor("a.weight", [-2, -3], raw)));
        Refused(Initializer(Tensor("a.weight", [2, 3], raw)), Initializer(Tensor("a.weight", [2, 3], raw)));
        Refused(new OnnxWriter().Varint((5 << 3) | 2).Varint(1UL << 60).ToArray());
        Refused(new OnnxWriter().Varint(ulong.MaxValue).ToArray());
        Refused([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        RefusedFile([]);
        RefusedFile([1, 2, 3]);
        RefusedFile(new OnnxWriter().Add(1, 8).ToArray());
    }

    [Fact]
    public void NodesInACircleEnd()
    {
        using var file = Open(
            Initializer(Tensor("a.weight", [2, 3], Floats(Matrix))),
            Node("Identity", "i", ["two"], "one"),
            Node("Identity", "j", ["one"], "two"),
            Node("MatMul", "m", ["x", "one"], "y"),
            Node("Add", "k", ["y", "y"], "y")
        );
        Assert.Equal(["a.weight"], file.Tensors.Keys);
    }

    [Fact]
    public void ManyMutationsAreReadOrCodedErrors()
    {
        var sound = Model(
            Initializer(Tensor("q_quantized", [2, 3], [1, 2, 3, 4, 5, 6], type: 3)),
            Initializer(Tensor("q_scale", [3], Floats(1, 10, 100))),
            Initializer(Tensor("q_zero", [3], [0, 1, 2], type: 3)),
            Initializer(Tensor("layer.bias", [3], Floats(0, 0, 0))),
            Initializer(Tensor("b.weight", [2, 3], [], 1, External("weights.bin", "0", "24"))),
            Node("DequantizeLinear", "d", ["q_quantized", "q_scale", "q_zero"], "q"),
            Node("MatMul", "m", ["x", "q"], "y"),
            Node("Add", "a", ["y", "layer.bias"], "z")
        );
        File.WriteAllBytes(_folder.File("weights.bin"), Floats([.. Matrix, 7, 8]));
        var random = new Random(15);
        for (var i = 0; i < 4000; i++)
        {
            byte[] mutated = [.. sound];
            for (var k = random.Next(1, 4); k > 0; k--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            mutated = random.Next(4) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
            File.WriteAllBytes(_folder.File("model.onnx"), mutated);
            try
            {
                using var file = OnnxFile.Open(_folder.File("model.onnx"));
                foreach (
                    var name in file.Tensors.Keys.Where(name =>
                        file.Tensors[name].Type is not (TensorType.I32 or TensorType.I64 or TensorType.U8 or TensorType.BOOL)
                    )
                )
                {
                    Assert.Equal(file.Tensors[name].Count, file.ReadFloats(name).LongLength);
                }
            }
            catch (SimileException error)
            {
                Assert.StartsWith("SIM2", error.Code, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void AResidualNetworkWithoutNamesIsNamedAsTorchvisionDoes()
    {
        using var file = Open(ResNet());
        Assert.Equal(
            [
                "bn1",
                "conv1",
                "layer1.0.bn1",
                "layer1.0.bn2",
                "layer1.0.conv1",
                "layer1.0.conv2",
                "layer2.0.bn1",
                "layer2.0.bn2",
                "layer2.0.conv1",
                "layer2.0.conv2",
                "layer2.0.downsample.0",
                "layer2.0.downsample.1",
            ],
            file.Tensors.Keys.Select(name => name[..name.LastIndexOf('.')]).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.Equal([7f, 7, 7, 7], file.ReadFloats("layer2.0.downsample.0.weight"));
        Assert.Equal([2f, 2], file.ReadFloats("layer1.0.bn1.weight"));
    }

    [Fact]
    public void MutationsOfAResidualNetworkAreReadOrCodedErrors()
    {
        var (sound, random) = (Model(ResNet()), new Random(18));
        for (var i = 0; i < 4000; i++)
        {
            byte[] mutated = [.. sound];
            for (var k = random.Next(1, 4); k > 0; k--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_folder.File("model.onnx"), mutated);
            try
            {
                using var file = OnnxFile.Open(_folder.File("model.onnx"));
            }
            catch (SimileException error)
            {
                Assert.StartsWith("SIM2", error.Code, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void AFileThatAnotherProgramChangesIsFound()
    {
        using var file = Open(Initializer(Tensor("a.weight", [2, 3], Floats(Matrix))));
        file.EnsureUnchanged();
        File.SetLastWriteTimeUtc(_folder.File("model.onnx"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(ErrorCode.ModelChanged, Assert.Throws<SimileException>(file.EnsureUnchanged).Code);
    }

    public void Dispose() => _folder.Dispose();

    // A stem, a block, and one that begins a stage; the n-th convolution has the weights n, the norm behind it the scale n.
    private static byte[][] ResNet()
    {
        List<byte[]> parts = [];
        var stem = Normed(parts, "x", 1, 7, 2);
        parts.Add(Node("Relu", "r1", [stem], "r1"));
        parts.Add(Node("MaxPool", "pool", ["r1"], "pool"));
        Block(parts, "pool", 2, 1, "pool", "sum1");
        var shortcut = Normed(parts, "sum1", 7, 1, 2);
        Block(parts, "sum1", 4, 2, shortcut, "sum2");
        return [.. parts];
    }

    private static void Block(List<byte[]> parts, string input, int number, int stride, string shortcut, string output)
    {
        var first = Normed(parts, input, number, 3, stride);
        parts.Add(Node("Relu", $"relu{number}", [first], $"relu{number}"));
        var second = Normed(parts, $"relu{number}", number + 1, 3, 1);
        parts.Add(Node("Add", output, [second, shortcut], $"{output}.before"));
        parts.Add(Node("Relu", output, [$"{output}.before"], output));
    }

    private static string Normed(List<byte[]> parts, string input, int number, int kernel, int stride)
    {
        parts.Add(
            Initializer(
                Tensor($"Parameter{number}", [2, 2, kernel, kernel], Floats([.. Enumerable.Repeat((float)number, 4 * kernel * kernel)]))
            )
        );
        foreach (var name in new[] { "scale", "shift", "mean", "variance" })
        {
            parts.Add(Initializer(Tensor($"{name}{number}", [2], Floats(number, number))));
        }

        var before = kernel / 2;
        var behind = Math.Max(0, before - stride + 1);
        parts.Add(
            Node(
                "Conv",
                $"conv{number}",
                [input, $"Parameter{number}"],
                $"conv{number}",
                Numbers("kernel_shape", kernel, kernel),
                Numbers("strides", stride, stride),
                Numbers("pads", before, before, behind, behind)
            )
        );
        parts.Add(
            Node(
                "BatchNormalization",
                $"norm{number}",
                [$"conv{number}", $"scale{number}", $"shift{number}", $"mean{number}", $"variance{number}"],
                $"norm{number}"
            )
        );
        return $"norm{number}";
    }

    private static byte[] Numbers(string name, params int[] values)
    {
        var attribute = new OnnxWriter().Add(1, name);
        foreach (var value in values)
        {
            attribute.Add(8, value);
        }

        return new OnnxWriter().Add(5, attribute.ToArray()).ToArray();
    }

    private static void RequireMatrix(OnnxFile file, string name)
    {
        Assert.Equal([3, 2], file.Tensors[name].Shape);
        Assert.Equal(Turned, file.ReadFloats(name));
        Assert.Equal(Turned[2..4], TurnedRow(file, name));
        Assert.DoesNotContain("onnx::MatMul_7", file.Tensors.Keys);
    }

    private static float[] TurnedRow(OnnxFile file, string name)
    {
        var row = new float[2];
        new TensorRows(file, file.Tensors[name]).Read(1, row);
        return row;
    }

    private OnnxFile Open(params byte[][] graph)
    {
        File.WriteAllBytes(_folder.File("model.onnx"), Model(graph));
        return OnnxFile.Open(_folder.File("model.onnx"));
    }

    private SimileException Refused(params byte[][] graph) => RefusedFile(Model(graph));

    private SimileException RefusedFile(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("model.onnx"), bytes);
        var error = Assert.Throws<SimileException>(() => OnnxFile.Open(_folder.File("model.onnx")));
        Assert.Equal(ErrorCode.BadCheckpoint, error.Code);
        return error;
    }
}
