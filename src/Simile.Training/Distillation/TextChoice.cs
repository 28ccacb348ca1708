using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Simile.Training.Distillation;

/// <summary>Keeps some of the texts of one kind: those whose digests, with the seed, come first.</summary>
/// <remarks>A corpus that grows, or another number of texts, changes little of the choice, so that the teachers' vectors of most texts
/// serve again.</remarks>
/// <param name="most">The most texts that are kept.</param>
/// <param name="seed">The seed.</param>
internal sealed class TextChoice(int most, int seed)
{
    private readonly List<(ulong Rank, string Text)> _kept = [];

    /// <summary>The texts that were kept, each once, in the order of their ranks.</summary>
    public IEnumerable<string> Texts
    {
        get
        {
            Settle();
            return _kept.Select(entry => entry.Text);
        }
    }

    /// <summary>Takes a text into the choice.</summary>
    public void Offer(string text)
    {
        if (most == 0 || string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{text}"));
        _kept.Add((BinaryPrimitives.ReadUInt64BigEndian(digest), text));
        if (most < int.MaxValue && _kept.Count >= (2L * most) + 1024)
        {
            Settle();
        }
    }

    private void Settle()
    {
        var settled = _kept
            .Distinct()
            .Order(
                Comparer<(ulong Rank, string Text)>.Create(
                    (a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : string.CompareOrdinal(a.Text, b.Text)
                )
            )
            .Take(most)
            .ToList();
        _kept.Clear();
        _kept.AddRange(settled);
    }
}
