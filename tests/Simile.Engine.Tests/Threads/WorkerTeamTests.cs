using System.Runtime.CompilerServices;
using Simile.Engine.Threads;

namespace Simile.Engine.Tests.Threads;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void EveryTaskRunsOnce(int threads)
    {
        using var team = new WorkerTeam(threads);
        for (var tasks = 0; tasks < 200; tasks++)
        {
            var runs = new int[tasks];
            team.For(tasks, task => Interlocked.Increment(ref runs[task]));
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public async Task CallersFromManyThreadsAreServedSideBySide()
    {
        using var team = new WorkerTeam(3);
        var callers = Enumerable
            .Range(0, 8)
            .Select(caller =>
                Task.Run(() =>
                {
                    for (var round = 0; round < 200; round++)
                    {
                        var sum = 0;
                        team.For(50, task => Interlocked.Add(ref sum, task + caller));
                        Assert.Equal(1225 + (50 * caller), sum);
                    }
                })
            );
        await Task.WhenAll(callers);
    }

    [Fact]
    public void AnErrorComesBackAndTheOtherTasksHaveRun()
    {
        using var team = new WorkerTeam(2);
        var runs = 0;
        var error = Assert.Throws<AggregateException>(() =>
            team.For(
                20,
                task =>
                {
                    Interlocked.Increment(ref runs);
                    if (task == 7)
                    {
                        throw new InvalidOperationException("seven");
                    }
                }
            )
        );
        Assert.Equal("seven", Assert.Single(error.InnerExceptions).Message);
        Assert.Equal(20, runs);
    }

    [Fact]
    public void ATeamThatNobodyHoldsIsCollected()
    {
        var team = Start();
        for (var i = 0; i < 10_000 && team.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(1);
        }

        Assert.False(team.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Start()
    {
        var team = new WorkerTeam(3);
        var sum = 0;
        team.For(100, task => Interlocked.Add(ref sum, task));
        Assert.Equal(4950, sum);
        return new WeakReference(team);
    }
}
