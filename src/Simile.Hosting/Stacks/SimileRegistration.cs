namespace Simile.Hosting.Stacks;

/// <summary>One call of AddSimile.</summary>
/// <param name="OptionsName">The name of its options; empty for the one that needs no name.</param>
internal sealed record SimileRegistration(string OptionsName)
{
    private const string Unnamed = "default";

    /// <summary>The name in the registry.</summary>
    public string EmbedderName => OptionsName.Length == 0 ? Unnamed : OptionsName;
}
