using System.Diagnostics;
using System.Diagnostics.Metrics;
using Simile.Batching;
using Simile.Caching;
using Simile.Images;
using Simile.Monitoring;
using Simile.Tests.Caching;
using Simile.Vectors;

namespace Simile.Tests.Monitoring;

public sealed class MonitoringEmbedderTests : IDisposable
{
    private readonly EmbeddingMonitor _monitor;
    private readonly MeterListener _listener = new();
    private readonly List<(string Name, double Value, string Attributes)> _measured = [];
    private readonly CountingEmbedder _inner = new();
    private readonly MonitoringEmbedder<string> _embedder;
    private readonly string _model = $"model-{Guid.NewGuid():N}";

    public MonitoringEmbedderTests()
    {
        // Other tests measure with meters of the same name at the same time: only this one's is listened to.
        var meters = new OwnMeters();
        _monitor = new EmbeddingMonitor(null, null, meters);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meters.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, attributes, _) => Add(instrument, value, attributes));
        _listener.SetMeasurementEventCallback<long>((instrument, value, attributes, _) => Add(instrument, value, attributes));
        _listener.Start();
        _embedder = new MonitoringEmbedder<string>(_inner, _monitor, _model);
    }

    [Fact]
    public async Task ACallIsMeasuredUnderTheNamesOfOpenTelemetry()
    {
        var batch = await _embedder.EmbedAsync(["four", "longer text", "bad"], new EmbedOptions { MaxTokens = 5 });
        Assert.Equal(
            (await new CountingEmbedder().EmbedAsync(["four", "longer text", "bad"], new EmbedOptions { MaxTokens = 5 })).Block.ToArray(),
            batch.Block.ToArray()
        );
        var model = $"gen_ai.request.model={_model}";
        Assert.Equal(
            [
                ("simile.embed.errors", 1, $"{model}, error.type=SIM101"),
                (
                    "gen_ai.client.operation.duration",
                    _measured[1].Value,
                    $"gen_ai.operation.name=embeddings, {model}, gen_ai.provider.name=simile"
                ),
                ("simile.embed.inputs", 3, model),
                (
                    "gen_ai.client.token.usage",
                    9,
                    $"gen_ai.operation.name=embeddings, {model}, gen_ai.provider.name=simile, gen_ai.token.type=input"
                ),
                ("simile.embed.truncations", 1, model),
            ],
            _measured
        );
        Assert.True(_measured[1].Value > 0);
        Assert.Equal(9, _monitor.Statistics(MetricNames.TokenUsage).Mean);
        Assert.Equal(1, _monitor.Statistics("gen_ai.client.operation.duration").Count);
    }

    [Fact]
    public async Task ACallThatFailsIsMeasuredAndFails()
    {
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            _embedder.EmbedAsync(["a"], new EmbedOptions { Dimensions = 3 }).AsTask()
        );
        _inner.Before = (_, _) => throw new IOException("gone");
        await Assert.ThrowsAsync<IOException>(() => _embedder.EmbedAsync(["a"]).AsTask());
        Assert.Equal(ErrorCode.UnsupportedDimensions, error.Code);
        Assert.Equal(
            ["SIM302", "System.IO.IOException"],
            _measured.Where(row => row.Name == MetricNames.Errors).Select(row => row.Attributes.Split("error.type=")[1])
        );
        Assert.All(
            _measured.Where(row => row.Name == MetricNames.OperationDuration),
            row => Assert.Contains("error.type=", row.Attributes, StringComparison.Ordinal)
        );
        Assert.Equal(2, _monitor.Statistics(MetricNames.OperationDuration).Count);
    }

    [Fact]
    public async Task ACallLeavesATrace()
    {
        var traces = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Simile",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == $"embeddings {_model}")
                {
                    traces.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await _embedder.EmbedAsync(["four"]);
        await Assert.ThrowsAsync<SimileException>(() => _embedder.EmbedAsync(["a"], new EmbedOptions { Dimensions = 3 }).AsTask());
        Assert.Equal(2, traces.Count);
        Assert.Equal("embeddings", traces[0].GetTagItem("gen_ai.operation.name"));
        Assert.Equal(
            (8, 4L, 1),
            (
                traces[0].GetTagItem("gen_ai.embeddings.dimension.count"),
                traces[0].GetTagItem("gen_ai.usage.input_tokens"),
                traces[0].GetTagItem("simile.embed.inputs")
            )
        );
        Assert.Equal((ActivityStatusCode.Error, "SIM302"), (traces[1].Status, traces[1].GetTagItem("error.type")));
    }

    [Fact]
    public async Task TheWholeStackGivesTheModelsRowsAndIsMeasured()
    {
        await using var batching = new BatchingEmbedder<string>(_inner, new BatchingOptions { Observe = _monitor.RecordBatching });
        var stack = new MonitoringEmbedder<string>(
            CachingEmbedder.Over(batching, new MemoryCache(), new CachingOptions { Observer = _monitor.RecordCaching }),
            _monitor,
            _model
        );
        string[] texts = ["a", "b", "bad", "a"];
        var wanted = await new CountingEmbedder().EmbedAsync(texts);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(wanted.Block.ToArray(), (await stack.EmbedAsync(texts)).Block.ToArray());
        }

        Assert.Equal(
            ErrorCode.UnsupportedDimensions,
            (await Assert.ThrowsAsync<SimileException>(() => stack.EmbedAsync([], new EmbedOptions { Dimensions = 3 }).AsTask())).Code
        );
        await batching.DisposeAsync();
        Assert.Equal((3, 1), (_monitor.Statistics(MetricNames.BatchInputs).Maximum, _monitor.Statistics(MetricNames.BatchInputs).Minimum));
        Assert.Equal(3, _monitor.Statistics(MetricNames.QueueWait).Count);
        Assert.Equal(4, _monitor.Statistics(MetricNames.OperationDuration).Count);
    }

    [Fact]
    public async Task CachesBatchesStagesAndMemoryAreMeasured()
    {
        using var cache = new MemoryCache();
        _monitor.Watch(cache);
        var cached = CachingEmbedder.Over(_inner, cache, new CachingOptions { Observer = _monitor.RecordCaching });
        await cached.EmbedAsync(["a", "b", "a"]);
        await cached.EmbedAsync(["a", "c"]);
        _monitor.RecordBatch(
            queueDepth: 3,
            TimeSpan.FromSeconds(0.5),
            inputs: 4,
            tokens: 100,
            TimeSpan.FromSeconds(0.25),
            paddedTokens: 160
        );
        _monitor.RecordBatch(0, TimeSpan.Zero, 1, 10, TimeSpan.FromSeconds(0.25));
        _monitor.RecordStage("tokenize", TimeSpan.FromSeconds(2));
        _monitor.RecordImages(
            new ImageTimes(2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4))
        );
        _listener.RecordObservableInstruments();
        double Sum(string name, string attribute) =>
            _measured.Where(row => row.Name == name && row.Attributes == attribute).Sum(row => row.Value);
        Assert.Equal(
            (1, 3, 1),
            (
                Sum(MetricNames.CacheInputs, "simile.cache.outcome=hit"),
                Sum(MetricNames.CacheInputs, "simile.cache.outcome=embedded"),
                Sum(MetricNames.CacheInputs, "simile.cache.outcome=repeated")
            )
        );
        Assert.Equal(
            (1, 3),
            (Sum(MetricNames.CacheHits, "simile.cache.tier=memory"), Sum(MetricNames.CacheEntries, "simile.cache.tier=memory"))
        );
        Assert.Equal(cache.Bytes, Sum(MetricNames.CacheBytes, "simile.cache.tier=memory"));
        Assert.Equal(
            (3, 0.5, 60),
            (
                Sum(MetricNames.QueueDepth, string.Empty),
                Sum(MetricNames.QueueWait, string.Empty),
                Sum(MetricNames.PaddingSaved, string.Empty)
            )
        );
        Assert.Equal((0.5, 110), (Sum(MetricNames.BatchDuration, string.Empty), Sum(MetricNames.BatchTokens, string.Empty)));
        Assert.Equal(4, Sum(MetricNames.StageDuration, "simile.stage=forward"));
        Assert.Equal(2, _monitor.Statistics("simile.stage.duration:prepare").Mean);
        Assert.True(Sum(MetricNames.WorkingSet, string.Empty) > 1e6 && Sum(MetricNames.ManagedMemory, string.Empty) > 1e5);
    }

    [Fact]
    public void WhatABatchingEmbedderTellsIsMeasured()
    {
        _monitor.RecordBatching(
            new BatchingEvent(BatchingEventKind.BatchEnded, BatchingLane.Bulk, Inputs: 4, Waiting: 3)
            {
                Tokens = 100,
                PaddedTokens = 160,
                Waited = TimeSpan.FromSeconds(0.5),
                Took = TimeSpan.FromSeconds(0.25),
            }
        );
        _monitor.RecordBatching(new BatchingEvent(BatchingEventKind.BatchEnded, BatchingLane.Interactive, 2, 0));
        _monitor.RecordBatching(new BatchingEvent(BatchingEventKind.WorkerFailed, BatchingLane.Interactive, 7, 0));
        _monitor.RecordBatching(new BatchingEvent(BatchingEventKind.Refused, BatchingLane.Interactive, 5, 0));
        _monitor.RecordBatching(new BatchingEvent(BatchingEventKind.Expired, BatchingLane.Interactive, 6, 0));
        _monitor.RecordBatching(new BatchingEvent(BatchingEventKind.Cancelled, BatchingLane.Interactive, 8, 0));
        string[] told =
        [
            "simile.queue.depth=3 0",
            "simile.queue.wait=0.5 0",
            "simile.batch.inputs=4 2",
            "simile.batch.tokens=100",
            "simile.batch.duration=0.25 0",
            "simile.batch.padding_saved=60",
            "simile.batch.worker_failures=1",
            "simile.queue.dropped/refused=5",
            "simile.queue.dropped/expired=6",
            "simile.queue.dropped/cancelled=8",
        ];
        var measured = _measured
            .GroupBy(row => row.Name + row.Attributes.Replace("simile.queue.outcome=", "/", StringComparison.Ordinal), row => row.Value)
            .Select(rows => $"{rows.Key}={string.Join(' ', rows)}");
        Assert.Equal(told.Order(StringComparer.Ordinal), measured.Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _monitor.Dispose();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> attributes) =>
        _measured.Add((instrument.Name, value, string.Join(", ", attributes.ToArray().Select(pair => $"{pair.Key}={pair.Value}"))));

    private sealed class OwnMeters : IMeterFactory
    {
        public Meter? Meter { get; private set; }

        public Meter Create(MeterOptions options) => Meter = new Meter(options);

        public void Dispose() => Meter?.Dispose();
    }
}
