namespace Simile.Server;

/// <summary>What a server allows its clients. Checked when the host starts, and then read once.</summary>
/// <remarks>It can be set, because .NET's options are.</remarks>
public sealed record SimileServerOptions
{
    /// <summary>Keys that clients must show (<c>Authorization: Bearer KEY</c>, <c>api-key</c> or <c>x-api-key</c>). Default: none, and then
    /// only clients of this machine are answered.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>Whether anyone who can reach this machine is answered without a key. Default: false. For networks whose every member is
    /// trusted, and for applications that check their callers themselves.</summary>
    public bool LetAnyoneOnTheNetworkIn { get; set; }

    /// <summary>Names that clients may call this server by (the Host header, without a port); <c>*</c> for any. Default: none named: the
    /// names of this machine's loopback, or any where keys are asked for.</summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

    /// <summary>Pages whose scripts may call this server, such as <c>https://notes.example</c>. Default: none but its own.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>Other names of models: <c>text-embedding-3-small=minilm</c>. Default: none.</summary>
    public IReadOnlyList<string> Aliases { get; set; } = [];

    /// <summary>What becomes of a text that is longer than its model takes, where neither the request nor the owner of its dialect says it:
    /// true cuts it, false refuses it. Default: null, as the owner of the dialect does it.</summary>
    public bool? Truncate { get; set; }

    /// <summary>The most bytes of a request. Default: 32 MB.</summary>
    public int MaxBodyBytes { get; set; } = 32 << 20;

    /// <summary>The most bytes of all requests that are read or answered at the same time. Default: 512 MB.</summary>
    public long MaxBodyBytesTogether { get; set; } = 512L << 20;

    /// <summary>The most inputs of a request. Default: 2,048, as OpenAI has it.</summary>
    public int MaxInputs { get; set; } = 2048;

    /// <summary>The most tokens of a request's inputs together. Default: 300,000, as OpenAI has it.</summary>
    public int MaxTokens { get; set; } = 300_000;

    /// <summary>The most requests that are worked on at the same time; others wait. Default: 256.</summary>
    public int MaxRequests { get; set; } = 256;

    /// <summary>How long a request waits for its turn before it is told to come again later (429). Default: 30 seconds.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests with more inputs than this wait in the lane of bulk work, which lets single questions go first. Default:
    /// 32.</summary>
    public int MaxInteractiveInputs { get; set; } = 32;

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    internal SimileServerOptions Checked()
    {
        RequireAtLeastOne(MaxBodyBytes, nameof(MaxBodyBytes));
        RequireAtLeastOne(MaxInputs, nameof(MaxInputs));
        RequireAtLeastOne(MaxTokens, nameof(MaxTokens));
        RequireAtLeastOne(MaxRequests, nameof(MaxRequests));
        if (MaxBodyBytesTogether < MaxBodyBytes)
        {
            throw Invalid($"{nameof(MaxBodyBytesTogether)} is {MaxBodyBytesTogether}, less than {nameof(MaxBodyBytes)} ({MaxBodyBytes}).");
        }

        if (MaxWait <= TimeSpan.Zero || MaxWait > TimeSpan.FromDays(1))
        {
            throw Invalid($"{nameof(MaxWait)} is {MaxWait}; longer than nothing and at most a day is wanted.");
        }

        if (Keys.Any(key => key.Length < MinKeyLength || key.Any(char.IsWhiteSpace)))
        {
            throw Invalid(
                $"One of the {nameof(Keys)} has under {MinKeyLength} characters, or white space in it. Make one with 'openssl rand "
                    + $"-hex 32'."
            );
        }

        return Aliases.FirstOrDefault(alias => alias.IndexOf('=', StringComparison.Ordinal) < 1 || alias[^1] == '=') is { } bad
            ? throw Invalid($"The alias '{bad}' is not of the form name=model.")
            : this;
    }

    private const int MinKeyLength = 16;

    private static void RequireAtLeastOne(int value, string name)
    {
        if (value < 1)
        {
            throw Invalid($"{name} is {value}, but at least 1 is needed.");
        }
    }

    private static SimileException Invalid(string what) => new(ErrorCode.InvalidOption, what);
}
