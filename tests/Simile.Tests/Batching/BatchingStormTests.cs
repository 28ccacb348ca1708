using Simile.Batching;

namespace Simile.Tests.Batching;

/// <summary>Everything at once: cancellations, deadlines, refusals, failing inputs, hanging batches, and the embedder disposed under its
/// callers. Every caller hears something.</summary>
public sealed class BatchingStormTests
{
    private const int Callers = 32;
    private const int CallsEach = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task NobodyWaitsForEver(int seed)
    {
        var model = new FakeEmbedder { Throws = inputs => inputs.Contains("bad") ? new InvalidDataException("bad") : null };
        var batching = new BatchingEmbedder<string>(
            model,
            new BatchingOptions
            {
                Workers = seed,
                BatchCost = 40,
                QueueCapacity = 100,
                BatchTimeout = TimeSpan.FromMilliseconds(50),
            }
        );
        var callers = Enumerable
            .Range(0, Callers)
            .Select(caller => Task.Run(() => CallAsync(batching, new Random((seed * 1000) + caller))))
            .ToList();
        await Task.WhenAll(callers.Take(Callers / 2));
        await batching.DisposeAsync();
        var outcomes = (await Task.WhenAll(callers)).SelectMany(own => own).ToList();
        Assert.Equal(Callers * CallsEach, outcomes.Count);
        Assert.Subset(
            new HashSet<string>
            {
                "answer",
                "cancelled",
                "disposed",
                ErrorCode.QueueFull,
                ErrorCode.DeadlinePassed,
                ErrorCode.WorkerFailed,
            },
            outcomes.ToHashSet()
        );
        Assert.Contains("answer", outcomes);
        Assert.Equal(0, batching.Waiting);
    }

    private static async Task<List<string>> CallAsync(BatchingEmbedder<string> batching, Random random)
    {
        var outcomes = new List<string>();
        for (var i = 0; i < CallsEach; i++)
        {
            using var cancel = new CancellationTokenSource();
            string[] texts =
            [
                .. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(20) == 0 ? "bad" : $"text {random.Next(50)}"),
            ];
            var call = new BatchingCall
            {
                Lane = (BatchingLane)random.Next(2),
                Deadline = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(5)) : null,
            };
            var answer = OutcomeAsync(batching, texts, call, cancel.Token);
            if (random.Next(4) == 0)
            {
                await Task.Yield();
                await cancel.CancelAsync();
            }

            outcomes.Add(await answer);
        }

        return outcomes;
    }

    private static async Task<string> OutcomeAsync(
        BatchingEmbedder<string> batching,
        string[] texts,
        BatchingCall call,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var batch = await batching.EmbedAsync(texts, null, call, cancellationToken);
            Assert.Equal(texts.Select(text => text == "bad"), batch.Outcomes.ToArray().Select(outcome => !outcome.Succeeded));
            return "answer";
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
        catch (ObjectDisposedException)
        {
            return "disposed";
        }
        catch (SimileException error)
        {
            return error.Code;
        }
    }
}
