using Simile.Vectors;

namespace Simile.Hosting.Tests.Soak;

/// <summary>A model that throws, answers with a row too many, or hangs, now and then; else it answers as the one inside.</summary>
internal sealed class UnreliableEmbedder(IEmbedder<string> model) : IEmbedder<string>
{
    private const int CallsACrash = 97;
    private const int CallsAMisfit = 211;
    private const int CallsAHang = 509;
    private int _calls;
    private int _crashes;
    private int _hangs;

    public EmbeddingSpace Space => model.Space;

    public EmbeddingRecipe Recipe => model.Recipe;

    public int Crashes => _crashes;

    public int Hangs => _hangs;

    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<string> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var call = inputs.Count == 0 ? 1 : Interlocked.Increment(ref _calls);
        if (call % CallsACrash == 0)
        {
            Interlocked.Increment(ref _crashes);
            throw new InvalidOperationException("The model crashed, as it does now and then.");
        }

        if (call % CallsAMisfit == 0)
        {
            return await model.EmbedAsync([.. inputs, "one too many"], options, CancellationToken.None);
        }

        if (call % CallsAHang == 0)
        {
            // It comes back only when it has been given up, however long the machine slept meanwhile, and then with an answer that nobody
            // must get.
            Interlocked.Increment(ref _hangs);
            var givenUp = new TaskCompletionSource();
            await using var registration = cancellationToken.UnsafeRegister(_ => givenUp.TrySetResult(), null);
            await givenUp.Task;
        }

        return await model.EmbedAsync(inputs, options, CancellationToken.None);
    }
}
