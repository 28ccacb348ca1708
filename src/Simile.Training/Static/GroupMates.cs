namespace Simile.Training.Static;

/// <summary>For each pair of a batch the other pairs of its group.</summary>
internal static class GroupMates
{
    /// <summary>(B) lists; null where a pair stands alone.</summary>
    public static int[]?[] Of(ReadOnlySpan<long> groups)
    {
        var members = new Dictionary<long, List<int>>();
        for (var i = 0; i < groups.Length; i++)
        {
            if (!members.TryGetValue(groups[i], out var list))
            {
                members[groups[i]] = list = [];
            }

            list.Add(i);
        }

        var mates = new int[]?[groups.Length];
        foreach (var list in members.Values.Where(list => list.Count > 1))
        {
            foreach (var i in list)
            {
                mates[i] = [.. list.Where(j => j != i)];
            }
        }

        return mates;
    }
}
