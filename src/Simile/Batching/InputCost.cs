namespace Simile.Batching;

/// <summary>What an input costs, where the caller does not say.</summary>
internal static class InputCost
{
    private const int CharactersPerToken = 4;
    private const int SpecialTokens = 2;

    /// <summary>Texts by their length, everything else 1.</summary>
    public static Func<TInput, int> Default<TInput>() =>
        typeof(TInput) == typeof(string) ? input => OfText((string?)(object?)input) : _ => 1;

    /// <summary>About how many tokens a text has, without tokenizing it.</summary>
    public static int OfText(string? text) => SpecialTokens + ((text?.Length ?? 0) / CharactersPerToken);
}
