using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Simile.Batching;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Batching;

/// <summary>Whoever calls, in whatever mixture: each answer is the direct one.</summary>
public sealed class BatchingAnswersTests
{
    private static readonly EmbedOptions[] Kinds = [EmbedOptions.Default, new() { Purpose = EmbedPurpose.Query }, new() { Dimensions = 4 }];

    [Fact]
    public void EveryAnswerIsTheDirectOne()
    {
        var text = Gen.OneOf(
            Gen.Constant(string.Empty),
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(value => value.Get),
            Gen.Constant("bad")
        );
        var call =
            from texts in text.ListOf()
            from kind in Gen.Choose(0, 2)
            from lane in Gen.Choose(0, 1)
            select (texts.ToArray(), Kinds[kind], (BatchingLane)lane);
        var scenario =
            from calls in call.ListOf()
            from workers in Gen.Choose(1, 3)
            from budget in Gen.Choose(1, 60)
            select (Calls: calls.ToArray(), Workers: workers, Budget: budget);
        Prop.ForAll(scenario.ToArbitrary(), given => HoldsAsync(given.Calls, given.Workers, given.Budget).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public async Task ManyCallersOfTheShippedModelGetItsVectors()
    {
        var model = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        string[] texts = [.. Enumerable.Range(0, 512).Select(i => $"text number {i} of {i % 7} rivers")];
        var direct = await model.EmbedAsync(texts);
        await using var batching = new BatchingEmbedder<string>(model, new BatchingOptions { Workers = 2 });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 5000),
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (i, _) =>
            {
                var row = i % texts.Length;
                var answer = await batching.EmbedAsync([texts[row]]);
                Assert.Equal(Bits(direct[row]), Bits(answer[0]));
            }
        );
    }

    [Fact]
    public async Task NothingIsAnEmptyBatchOfTheRightSpace()
    {
        await using var batching = new BatchingEmbedder<string>(new FakeEmbedder());
        var batch = await batching.EmbedAsync([], new EmbedOptions { Dimensions = 4 });
        Assert.Equal((0, 4), (batch.Count, batch.Dimensions));
    }

    [Fact]
    public async Task OptionsThatTheModelCannotDoAreTheCallersError()
    {
        await using var batching = new BatchingEmbedder<string>(new FakeEmbedder());
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await batching.EmbedAsync(["a"], new EmbedOptions { Dimensions = 3 })
        );
        Assert.Equal(ErrorCode.UnsupportedDimensions, error.Code);
    }

    private static async Task<bool> HoldsAsync((string[] Texts, EmbedOptions Options, BatchingLane Lane)[] calls, int workers, int budget)
    {
        var direct = new FakeEmbedder();
        var inner = new FakeEmbedder { Throws = inputs => inputs.Contains("bad") ? new InvalidDataException("cannot") : null };
        await using var batching = new BatchingEmbedder<string>(inner, new BatchingOptions { Workers = workers, BatchCost = budget });
        var answers = await Task.WhenAll(
            calls.Select(call =>
                Task.Run(async () => await batching.EmbedAsync(call.Texts, call.Options, new BatchingCall { Lane = call.Lane }))
            )
        );
        for (var c = 0; c < calls.Length; c++)
        {
            var wanted = await direct.EmbedAsync(calls[c].Texts, calls[c].Options);
            Assert.Equal(wanted.Space, answers[c].Space);
            Assert.Equal(calls[c].Texts.Length, answers[c].Count);
            for (var i = 0; i < wanted.Count; i++)
            {
                var code = calls[c].Texts[i] == "bad" ? ErrorCode.ModelFailed : wanted.Outcomes[i].Error?.Code;
                Assert.Equal(code, answers[c].Outcomes[i].Error?.Code);
                Assert.True(code is not null || Bits(wanted[i]).SequenceEqual(Bits(answers[c][i])));
            }
        }

        return true;
    }

    private static int[] Bits(ReadOnlySpan<float> vector) => MemoryMarshal.Cast<float, int>(vector).ToArray();
}
