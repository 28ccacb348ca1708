namespace Simile.Inference;

/// <summary>Tokens of several texts, or of several pairs of texts, special ones included.</summary>
/// <param name="Ids">The ids of each; none is empty.</param>
/// <param name="Types">The types of each text's tokens, empty for a text whose tokens are all of type 0; null where that holds for all
/// texts.</param>
internal sealed record TokenBatch(IReadOnlyList<int[]> Ids, IReadOnlyList<int[]>? Types = null)
{
    /// <summary>Texts or pairs.</summary>
    public int Count => Ids.Count;

    /// <summary>Some texts as the network takes them: ids one after the other, types (empty where all are 0), and where each text begins,
    /// (count + 1).</summary>
    public (int[] Ids, int[] Types, int[] Starts) Pack(int first, int last)
    {
        var starts = new int[last - first + 1];
        for (var i = first; i < last; i++)
        {
            starts[i - first + 1] = starts[i - first] + Ids[i].Length;
        }

        var ids = new int[starts[^1]];
        var types = Types is null ? [] : new int[starts[^1]];
        for (var i = first; i < last; i++)
        {
            Ids[i].CopyTo(ids, starts[i - first]);
            Types?[i].CopyTo(types, starts[i - first]);
        }

        return (ids, types, starts);
    }
}
