using System.Text;
using System.Text.Json;
using Simile.Pipelines.Bulk;
using Simile.Tests.Batching;
using Simile.Vectors;
using Simile.Vectors.Files;

namespace Simile.Tests.Pipelines;

/// <summary>Every line once, in order, whatever happens on the way.</summary>
public sealed class BulkEmbeddingTests : IDisposable
{
    private const int Lines = 80;
    private readonly TemporaryFolder _folder = new();
    private readonly FakeEmbedder _model = new();

    [Theory]
    [InlineData("v.npy")]
    [InlineData("v.jsonl")]
    [InlineData("v.csv")]
    [InlineData("v.safetensors")]
    public async Task ARunThatCrashesAgainAndAgainLeavesWhatAnUndisturbedOneLeaves(string name)
    {
        var input = await WriteAsync("in.txt", [.. Enumerable.Range(0, Lines).Select(i => i % 17 == 3 ? string.Empty : $"line {i}")]);
        var (whole, crashed) = (_folder.File("whole-" + name), _folder.File("crashed-" + name));
        await Bulk().RunAsync(input, whole);
        var random = new Random(3);
        var crashes = 0;
        var isDone = false;
        while (!isDone)
        {
            using var output = new CrashingOutput(
                FileBulkOutput.Open(crashed, FakeEmbedder.Width, Bulk().Identity, restart: false),
                random
            );
            try
            {
                await Bulk(random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromDays(1), random.Next(1, 9)).RunAsync(input, output);
                isDone = true;
            }
            catch (CrashException)
            {
                crashes++;
            }
        }

        Assert.InRange(crashes, 3, 1000);
        Assert.Equal(await File.ReadAllBytesAsync(whole), await File.ReadAllBytesAsync(crashed));
        Assert.Equal(await File.ReadAllBytesAsync(whole + ".errors.jsonl"), await File.ReadAllBytesAsync(crashed + ".errors.jsonl"));
        Assert.Equal(4, Directory.GetFiles(_folder.Path, "*" + name + "*").Length);
    }

    [Fact]
    public async Task TheRowsAreThoseOfADirectCall()
    {
        string[] lines = ["one", "two", string.Empty, "four"];
        var report = await Bulk(size: 3).RunAsync(await WriteAsync("in.txt", lines), _folder.File("v.npy"));
        Assert.Equal((4, 1, 0), (report.Rows, report.Failed, report.Continued));
        var (table, direct) = (VectorFiles.Read(_folder.File("v.npy")), await _model.EmbedAsync(lines));
        foreach (var row in (int[])[0, 1, 3])
        {
            Assert.Equal(direct[row].ToArray(), table.Values.AsSpan(row * table.Dimensions, table.Dimensions).ToArray());
        }

        Assert.True(float.IsNaN(table.Values[2 * table.Dimensions]));
        Assert.Equal(
            """{"index":2,"error":{"code":"SIM101","message":"The text is empty."}}""",
            (await File.ReadAllTextAsync(_folder.File("v.npy.errors.jsonl"))).Trim()
        );
    }

    [Fact]
    public async Task ALineThatIsNoTextIsAnErrorOfItsOwn()
    {
        byte[] lines =
        [
            0xEF,
            0xBB,
            0xBF,
            .. "{\"text\":\"first\"}\r\n{\"body\":1}\nno json\n{\"text\":\"\xE9"u8[..^2],
            0xFF,
            .. "\"}\n\n{\"text\":\"last, without a line feed\"}"u8,
        ];
        await File.WriteAllBytesAsync(_folder.File("in.jsonl"), lines);
        var report = await Bulk().RunAsync(_folder.File("in.jsonl"), _folder.File("v.npy"));
        Assert.Equal((6, 4), (report.Rows, report.Failed));
        var errors = (await File.ReadAllLinesAsync(_folder.File("v.npy.errors.jsonl")))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToArray();
        Assert.Equal([1, 2, 3, 4], errors.Select(error => error.GetProperty("index").GetInt32()));
        Assert.All(
            errors,
            error =>
                Assert.Contains(
                    error.GetProperty("error").GetProperty("code").GetString(),
                    (string[])[ErrorCode.UnreadableDocument, ErrorCode.InvalidUnicode]
                )
        );
        Assert.Equal(["first", "", "", "", "", "last, without a line feed"], _model.Calls.SelectMany(call => call));
    }

    [Fact]
    public async Task WhatWasDoneIsNotDoneAgain()
    {
        var input = await WriteAsync("in.txt", [.. Enumerable.Range(0, 100).Select(i => $"line {i}")]);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Bulk(TimeSpan.FromDays(1)).RunAsync(input, _folder.File("v.npy"), false, new Stop(cancel), cancel.Token)
        );
        var before = _model.Calls.SelectMany(call => call).Count();
        _model.Calls.Clear();
        var report = await Bulk().RunAsync(input, _folder.File("v.npy"));
        Assert.InRange(report.Continued, 1, before);
        Assert.Equal(100 - report.Continued, _model.Calls.SelectMany(call => call).Count());
    }

    [Fact]
    public async Task OnlyTheSameInputModelAndOptionsContinueARun()
    {
        var input = await InterruptedAsync();
        await File.WriteAllTextAsync(input, (await File.ReadAllTextAsync(input)).Replace("line 2\n", "LINE 2\n", StringComparison.Ordinal));
        await RefusedAsync(Bulk(), input);
        await RefusedAsync(
            new BulkEmbedding(
                _model,
                new BulkOptions
                {
                    LinesAtOnce = 4,
                    Embed = new EmbedOptions { Purpose = EmbedPurpose.Query },
                }
            ),
            input
        );
        await File.WriteAllTextAsync(input, "short");
        await RefusedAsync(Bulk(), input);
        Assert.Equal(1, (await Bulk().RunAsync(input, _folder.File("v.npy"), restart: true)).Rows);
    }

    [Fact]
    public async Task AnInputThatHasGrownIsContinued()
    {
        var input = await InterruptedAsync();
        await File.AppendAllTextAsync(input, "one more\n");
        var report = await Bulk().RunAsync(input, _folder.File("v.npy"));
        Assert.Equal(41, report.Rows);
        Assert.NotEqual(0, report.Continued);
        await Bulk().RunAsync(input, _folder.File("whole.npy"));
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("whole.npy")), await File.ReadAllBytesAsync(_folder.File("v.npy")));
    }

    [Fact]
    public async Task KilledBetweenTheLastStepsItIsStillWhole()
    {
        var input = await WriteAsync("in.txt", "a", "b");
        var path = _folder.File("v.npy");
        await Bulk().RunAsync(input, path);
        var whole = await File.ReadAllBytesAsync(path);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(input)));
        new BulkState(Bulk().Identity, new BulkPosition(2, new FileInfo(input).Length, digest, 0), whole.Length, 0, Completing: true).Write(
            path + ".progress"
        );
        var report = await Bulk().RunAsync(input, path);
        Assert.Equal((2, 2), (report.Rows, report.Continued));
        Assert.Equal(whole, await File.ReadAllBytesAsync(path));
        Assert.Equal(["in.txt", "v.npy"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ADamagedProgressFileIsAnError()
    {
        var input = await InterruptedAsync();
        await File.WriteAllTextAsync(_folder.File("v.npy.progress"), "{\"identity\":");
        await RefusedAsync(Bulk(), input);
        File.Delete(_folder.File("v.npy.part"));
        await RefusedAsync(Bulk(), input);
    }

    [Fact]
    public async Task TheInputIsNotOverwritten()
    {
        var input = await WriteAsync("in.jsonl", """{"text":"a"}""");
        Assert.Equal(ErrorCode.InvalidOption, (await Assert.ThrowsAsync<SimileException>(() => Bulk().RunAsync(input, input))).Code);
        Assert.Equal(
            ErrorCode.PathNotFound,
            (await Assert.ThrowsAsync<SimileException>(() => Bulk().RunAsync(_folder.File("none"), input))).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    private BulkEmbedding Bulk(TimeSpan? every = null, int size = 4) =>
        new(_model, new BulkOptions { LinesAtOnce = size, CheckpointEvery = every ?? TimeSpan.Zero });

    private async Task<string> WriteAsync(string name, params string[] lines)
    {
        await File.WriteAllTextAsync(_folder.File(name), string.Concat(lines.Select(line => line + "\n")), new UTF8Encoding(false));
        return _folder.File(name);
    }

    private async Task<string> InterruptedAsync()
    {
        var input = await WriteAsync("in.txt", [.. Enumerable.Range(0, 40).Select(i => $"line {i}")]);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Bulk().RunAsync(input, _folder.File("v.npy"), false, new Stop(cancel), cancel.Token)
        );
        return input;
    }

    private async Task RefusedAsync(BulkEmbedding bulk, string input) =>
        Assert.Equal(
            ErrorCode.ResumeMismatch,
            (await Assert.ThrowsAsync<SimileException>(() => bulk.RunAsync(input, _folder.File("v.npy")))).Code
        );

    private sealed class Stop(CancellationTokenSource cancel) : IProgress<BulkReport>
    {
        public void Report(BulkReport value)
        {
            if (value.Rows >= 8)
            {
                cancel.Cancel();
            }
        }
    }

    private sealed class CrashException : Exception;

    // Fails at random before or after what it is asked for; what was written without being committed stays behind, as after a kill.
    private sealed class CrashingOutput(IBulkOutput inner, Random random) : IBulkOutput
    {
        public BulkPosition Position => inner.Position;

        public void Append(IReadOnlyList<VectorRow> rows, BulkPosition after)
        {
            inner.Append(rows, after);
            MayCrash(12);
        }

        public void Commit()
        {
            MayCrash(12);
            inner.Commit();
            MayCrash(12);
        }

        public void Complete()
        {
            MayCrash(2);
            inner.Complete();
        }

        public void Dispose() => inner.Dispose();

        private void MayCrash(int oneIn)
        {
            if (random.Next(oneIn) == 0)
            {
                throw new CrashException();
            }
        }
    }
}
