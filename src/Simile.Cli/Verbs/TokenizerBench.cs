using System.Diagnostics;
using System.Globalization;
using System.Text;
using Simile.Cli.Output;
using Simile.Tokenization;

namespace Simile.Cli.Verbs;

/// <summary>Measures a tokenizer alone, on one thread, in megabytes of UTF-8 a second.</summary>
internal static class TokenizerBench
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static void Run(ITokenizer tokenizer, string[] texts, bool asJson)
    {
        var tokens = new TokenBuffer();
        var count = TokenizeAll(tokenizer, texts, tokens);
        var megabytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text)) / 1e6;
        var (clock, rounds) = (Stopwatch.StartNew(), 0);
        do
        {
            TokenizeAll(tokenizer, texts, tokens);
            rounds++;
        } while (clock.Elapsed < Longest);

        var rate = megabytes * rounds / clock.Elapsed.TotalSeconds;
        if (!asJson)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Plural.Of(texts.Length, "text")}, {megabytes:F2} MB, {Plural.Of(count, "token")}: {rate:F1} MB/s on one thread"
                )
            );
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteNumber("texts", texts.Length);
            json.WriteNumber("tokens", count);
            json.WriteNumber("megabytes_per_s", Math.Round(rate, 2));
        });
    }

    private static long TokenizeAll(ITokenizer tokenizer, string[] texts, TokenBuffer tokens)
    {
        var count = 0L;
        foreach (var text in texts)
        {
            tokens.Clear();
            tokenizer.Tokenize(text, tokens);
            count += tokens.Count;
        }

        return count;
    }
}
