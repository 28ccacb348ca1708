using System.Text.Json;
using Simile.Monitoring;

namespace Simile.Tests.Monitoring;

public class EmbeddingMonitorTests
{
    // tests/reference/monitoring.py
    [Fact]
    public void StatisticsAreThoseOfNumpy()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Find("tests", "Simile.Tests", "Monitoring", "numpy.json")));
        using var monitor = new EmbeddingMonitor();
        foreach (var series in document.RootElement.GetProperty("series").EnumerateObject())
        {
            double Wanted(string name) => series.Value.GetProperty(name).GetDouble();
            var values = series.Value.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()).ToArray();
            Array.ForEach(values, value => monitor.RecordMetric(series.Name, value));
            var found = monitor.Statistics(series.Name);
            Assert.Equal((values.Length, Wanted("min"), Wanted("max")), (found.Count, found.Minimum, found.Maximum));
            Assert.Equal(Wanted("mean"), found.Mean, Math.Abs(Wanted("mean")) * 1e-12);
            Assert.Equal(Wanted("std"), found.Deviation, 1e-7);
            var percentiles = series
                .Value.GetProperty("percentiles")
                .EnumerateArray()
                .Select(value => value.GetDouble())
                .Zip([found.P50, found.P90, found.P99]);
            Assert.All(percentiles, pair => Assert.Equal(pair.First, pair.Second, (Math.Abs(pair.First) * 0.01) + 1e-12));
        }

        Assert.Equal(["few", "large", "latencies", "one", "signed"], monitor.Names);
    }

    [Fact]
    public void PercentilesOfTwoValuesAreNotBelowTheirMean()
    {
        using var monitor = new EmbeddingMonitor();
        monitor.RecordMetric("x", 1);
        monitor.RecordMetric("x", 101);
        var found = monitor.Statistics("x");
        Assert.Equal((51, 91, 100), (found.P50, found.P90, found.P99));
    }

    [Fact]
    public void WhatWasNeverRecordedHasNoStatistics()
    {
        using var monitor = new EmbeddingMonitor();
        var none = monitor.Statistics("x");
        Assert.Equal(0, none.Count);
        Assert.True(double.IsNaN(none.Mean) && double.IsNaN(none.P99) && double.IsNaN(none.Minimum));
        Assert.Empty(monitor.Names);
    }

    [Fact]
    public void TheWindowMovesOnSliceBySlice()
    {
        var time = new ManualTime();
        using var monitor = new EmbeddingMonitor(new MonitorOptions { Window = TimeSpan.FromMinutes(1), Slices = 6 }, time);
        for (var second = 0; second < 600; second++)
        {
            monitor.RecordMetric("second", second);
            var recent = monitor.Recent("second");
            Assert.InRange(recent.Minimum, Math.Max(0, second - 59), Math.Max(0, second - 49));
            Assert.Equal(second, recent.Maximum);
            Assert.Equal(second - recent.Minimum + 1, recent.Count);
            Assert.Equal((second + recent.Minimum) / 2, recent.Mean, 1e-9);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, monitor.Recent("second").Count);
        Assert.Equal(600, monitor.Statistics("second").Count);
    }

    [Fact]
    public void NothingIsLostBetweenThreads()
    {
        using var monitor = new EmbeddingMonitor();
        Parallel.For(
            0,
            8,
            worker =>
            {
                for (var i = 1; i <= 5000; i++)
                {
                    monitor.RecordMetric("shared", i);
                }
            }
        );
        var found = monitor.Statistics("shared");
        Assert.Equal(40_000, found.Count);
        Assert.Equal(2500.5, found.Mean, 1e-6);
        Assert.Equal(2500, found.P50, 25.0);
        Assert.Equal(40_000, monitor.Recent("shared").Count);
    }

    [Fact]
    public void MemoryDoesNotGrowWithTheValues()
    {
        using var monitor = new EmbeddingMonitor();
        var random = new Random(1);
        void Record(int count)
        {
            for (var i = 0; i < count; i++)
            {
                monitor.RecordMetric("m", Math.Exp(random.NextDouble() * 60));
            }
        }

        Record(50_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(200_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void NonsenseIsRefused()
    {
        using var monitor = new EmbeddingMonitor(new MonitorOptions { MaxMetrics = 2 });
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => monitor.RecordMetric("x", double.NaN)).Code);
        monitor.RecordMetric("a", 1);
        monitor.RecordMetric("b", 1);
        Assert.Contains(
            "'c' would be metric 3",
            Assert.Throws<SimileException>(() => monitor.RecordMetric("c", 1)).Message,
            StringComparison.Ordinal
        );
        monitor.RecordMetric("a", 2);
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => new EmbeddingMonitor(new MonitorOptions { Slices = 0 })).Code
        );
    }

    [Fact]
    public void EveryNameIsExplained()
    {
        var page = File.ReadAllText(RepositoryRoot.Find("docs", "metrics.md"));
        var names = typeof(MetricNames).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }
}
