using System.Text;

namespace Simile.Hub;

/// <summary>How the hub is reached and where its cache lies.</summary>
public sealed record HubOptions
{
    /// <summary>The hub; the default is https://huggingface.co.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>The cache's folder, which holds <c>models--org--name</c>.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The access token, sent to the endpoint and to no other host; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the network may not be used; the default is false.</summary>
    public bool Offline { get; init; }

    /// <summary>How often in a row a request may fail before it is given up; the default is 5. Bytes that arrived begin the count
    /// anew.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first failure, doubled after each further one; the default is half a second.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause, whatever the hub asks for in Retry-After; the default is two minutes.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long nothing may arrive before a connection counts as cut; the default is one minute.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The most bytes that are taken of a file whose length nobody announced; the default is 1 GiB.</summary>
    public long MaxUnannouncedBytes { get; init; } = 1L << 30;

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    internal HubOptions Checked()
    {
        Require(
            Endpoint.IsAbsoluteUri && Endpoint.Scheme is "http" or "https",
            $"The hub's address (HF_ENDPOINT) is '{Endpoint}'; expected is one that begins with https:// or http://."
        );
        Require(CacheFolder.Length > 0, "The hub's cache folder (HF_HUB_CACHE) is empty.");
        Require(Attempts >= 1, $"{nameof(Attempts)} is {Attempts}; expected is at least 1.");
        Require(
            FirstPause >= TimeSpan.Zero && MaxPause >= FirstPause,
            $"The pauses are {FirstPause} to {MaxPause}; expected are two that grow."
        );
        Require(MaxUnannouncedBytes > 0, $"{nameof(MaxUnannouncedBytes)} is {MaxUnannouncedBytes}; expected is at least 1.");
        Require(Stall > TimeSpan.Zero, $"{nameof(Stall)} is {Stall}; expected is a positive time.");
        Require(
            Token is null || Token.All(letter => letter is > ' ' and <= '~'),
            "The token (HF_TOKEN) holds characters that no token has. Copy it again."
        );
        return this;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimileException(ErrorCode.InvalidOption, otherwise);
        }
    }

    // A token is never printed.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"{Endpoint}, {CacheFolder}, {(Token is null ? "no token" : "a token")}{(Offline ? ", offline" : string.Empty)}");
        return true;
    }
}

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes that are here.</param>
/// <param name="Total">Bytes of all files; 0 while nobody knows.</param>
/// <param name="Notice">Something to tell the user, such as a pause, or null.</param>
public readonly record struct HubProgress(long Done, long Total, string? Notice);
