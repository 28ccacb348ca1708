using System.Diagnostics;
using System.Diagnostics.Metrics;
using Simile.Images;
using Simile.Monitoring;
using Simile.Tests.Caching;
using Simile.Tests.Images;

namespace Simile.Tests.Monitoring;

/// <summary>Whoever listens and throws breaks no call.</summary>
public sealed class ThrowingListenerTests : IDisposable
{
    private readonly string _model = $"model-{Guid.NewGuid():N}";
    private readonly TemporaryFolder _folder = new();
    private int _thrown;

    [Fact]
    public async Task AMetricListener()
    {
        using var meters = new OwnMeters();
        using var monitor = new EmbeddingMonitor(null, null, meters);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, heard) =>
        {
            if (ReferenceEquals(instrument.Meter, meters.Meter))
            {
                heard.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Throw());
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Throw());
        listener.Start();
        await CallsAreAnsweredAsync(monitor);
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("started")]
    [InlineData("stopped")]
    public async Task ATraceListener(string when)
    {
        using var monitor = new EmbeddingMonitor();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MetricNames.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                At("sample", options.Name) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData,
            ActivityStarted = activity => At("started", activity.OperationName),
            ActivityStopped = activity => At("stopped", activity.OperationName),
        };
        ActivitySource.AddActivityListener(listener);
        await CallsAreAnsweredAsync(monitor);

        bool At(string moment, string name)
        {
            if (moment == when && name.Contains(_model, StringComparison.Ordinal))
            {
                Throw();
            }

            return name.Contains(_model, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnImageObserver()
    {
        await using var embedder = await ImageEmbedder.LoadAsync(
            PictureVectorCase.All[0].Write(_folder.Path),
            new ImageEmbedderOptions { Observe = _ => Throw() }
        );
        Assert.True((await embedder.EmbedAsync([PictureVectorCase.Pictures[0]])).Outcomes[0].Succeeded);
        Assert.Equal(1, _thrown);
    }

    public void Dispose() => _folder.Dispose();

    private void Throw()
    {
        Interlocked.Increment(ref _thrown);
        throw new InvalidOperationException("of the listener");
    }

    private async Task CallsAreAnsweredAsync(EmbeddingMonitor monitor)
    {
        var inner = new CountingEmbedder();
        var embedder = new MonitoringEmbedder<string>(inner, monitor, _model);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal([true, false], (await embedder.EmbedAsync(["a", "bad"])).Outcomes.ToArray().Select(outcome => outcome.Succeeded));
        }

        inner.Before = (_, _) => throw new IOException("of the model");
        await Assert.ThrowsAsync<IOException>(() => embedder.EmbedAsync(["a"]).AsTask());
        Assert.True(_thrown >= 3);
        Assert.Null(Activity.Current);
    }

    private sealed class OwnMeters : IMeterFactory
    {
        public Meter? Meter { get; private set; }

        public Meter Create(MeterOptions options) => Meter = new Meter(options);

        public void Dispose() => Meter?.Dispose();
    }
}
