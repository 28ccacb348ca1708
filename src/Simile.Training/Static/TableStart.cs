namespace Simile.Training.Static;

/// <summary>Random token vectors to begin with; common tokens begin shorter, since they say less.</summary>
internal static class TableStart
{
    private const float Length = 1;

    public static void Fill(PinnedMatrix table, TokenPool pool, StaticTrainerOptions options)
    {
        var counts = new int[table.Rows];
        foreach (var token in pool.All)
        {
            counts[token]++;
        }

        var deviation = Length / Math.Sqrt(table.Columns);
        for (var token = 0; token < table.Rows; token++)
        {
            var share = (double)counts[token] / Math.Max(1, pool.Count);
            var size = counts[token] == 0 ? 0 : (float)(deviation * options.FrequencyDamping / (options.FrequencyDamping + share));
            var random = SplitMix.For(options.Seed, -1 - token);
            foreach (ref var value in table.Row(token))
            {
                value = size * random.Normal();
            }
        }
    }
}
