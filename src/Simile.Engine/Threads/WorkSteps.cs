namespace Simile.Engine.Threads;

/// <summary>Runs numbered tasks on a team, or one after the other where there is none.</summary>
internal static class WorkSteps
{
    public static void Run(WorkerTeam? team, int tasks, Action<int> body)
    {
        if (team is not null)
        {
            team.For(tasks, body);
            return;
        }

        for (var task = 0; task < tasks; task++)
        {
            body(task);
        }
    }
}
