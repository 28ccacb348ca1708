using Simile.Batching;
using Simile.Hosting.HostedModels;
using Simile.Vectors;

namespace Simile.Hosting.Tests.Soak;

/// <summary>A caller: small and large calls, bad inputs, three sets of options, both lanes, deadlines, and now and then a change of
/// mind.</summary>
internal sealed class SoakCaller(DecoratedEmbedder<string> tower, IEmbedder<string> model, SoakTally tally, int seed)
{
    private const int Texts = 4000;
    private const int SmallCall = 8;
    private const int LargeCall = 300;
    private static readonly string[] Words =
    [
        "simile",
        "says",
        "that",
        "one",
        "thing",
        "is",
        "like",
        "another",
        "river",
        "stone",
        "the",
        "winter",
        "of",
        "a",
        "green",
        "engine",
    ];
    private static readonly string[] Bad = ["", " \t", "\uD800", null!];
    private static readonly EmbedOptions?[] Options = [null, new() { Dimensions = 64 }, new() { Normalize = false, MaxTokens = 4 }];
    private readonly Random _random = new(seed);

    public async Task RunAsync(Func<bool> goesOn)
    {
        while (goesOn())
        {
            var inputs = Enumerable
                .Range(0, _random.Next(40) == 0 ? LargeCall : _random.Next(1, SmallCall + 1))
                .Select(_ => NextInput())
                .ToArray();
            using var mind = new CancellationTokenSource();
            if (_random.Next(10) == 0)
            {
                mind.CancelAfter(TimeSpan.FromMilliseconds(_random.Next(6)));
            }

            await CallAsync(inputs, Options[_random.Next(Options.Length)], isBulk: _random.Next(5) == 0, mind.Token);
            await Task.Delay(_random.Next(20));
        }
    }

    private string NextInput() => _random.Next(50) == 0 ? Bad[_random.Next(Bad.Length)] : TextOf(_random.Next(Texts));

    // Every number is a text of its own, made of known words.
    private static string TextOf(int number) =>
        string.Join(
            ' ',
            Enumerable.Range(0, 3 + (number % 9)).Select(i => Words[(number / (i + 1) + (5 * i)) % Words.Length]).Append($"{number}")
        );

    private async Task CallAsync(string[] inputs, EmbedOptions? options, bool isBulk, CancellationToken cancellationToken)
    {
        var lane = isBulk ? "bulk" : "top";
        tally.Add($"{lane}/calls");
        try
        {
            var given = isBulk
                ? await BulkAsync(inputs, options, cancellationToken)
                : await tower.Top.EmbedAsync(inputs, options, cancellationToken);
            tally.Add($"{lane}/inputs", inputs.Length);
            Count(given, lane);
            tally.Compare(inputs, given, await model.EmbedAsync(inputs, options, CancellationToken.None));
        }
        catch (Exception error)
        {
            Count(error, inputs.Length, isBulk, cancellationToken.IsCancellationRequested);
        }
    }

    private ValueTask<EmbeddingBatch> BulkAsync(string[] inputs, EmbedOptions? options, CancellationToken cancellationToken)
    {
        var deadline = _random.Next(3) == 0 ? TimeSpan.FromMilliseconds(_random.Next(1, 30)) : (TimeSpan?)null;
        return tower.Batching!.EmbedAsync(inputs, options, BatchingCall.Bulk with { Deadline = deadline }, cancellationToken);
    }

    private void Count(EmbeddingBatch given, string lane)
    {
        foreach (var outcome in given.Outcomes)
        {
            tally.Add($"{lane}/tokens", outcome.TokensUsed);
            if (outcome.Error is { } error && lane == "top")
            {
                tally.Add($"error/{error.Code}");
            }
        }
    }

    private void Count(Exception error, int inputs, bool isBulk, bool isCancelled)
    {
        var own = error as SimileException;
        if (
            own?.Code is not (ErrorCode.QueueFull or ErrorCode.WorkerFailed)
            && !(isBulk && own?.Code == ErrorCode.DeadlinePassed)
            && !(error is OperationCanceledException && isCancelled)
        )
        {
            tally.Faults.Enqueue($"A call of {inputs} inputs ended with {error}");
        }

        if (isBulk)
        {
            tally.Add($"bulk/{own?.Code ?? "cancelled"}", inputs);
        }
        else
        {
            tally.Add($"error/{own?.Code ?? error.GetType().FullName}");
        }
    }
}
