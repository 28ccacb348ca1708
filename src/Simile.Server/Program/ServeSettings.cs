using System.Net;
using Simile.Models;

namespace Simile.Server.Program;

/// <summary>What 'simile serve' is told beside what its clients may do: by flags, by variables of the environment, or by the section
/// <c>Simile:Server</c> of appsettings.json.</summary>
internal sealed record ServeSettings
{
    /// <summary>The models; the first one is meant where a client names none. Default: none named, the user's default and the shipped
    /// one.</summary>
    public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>A reranker, or null.</summary>
    public string? Reranker { get; set; }

    /// <summary>The address to listen on: <c>localhost</c>, an address of this machine, or <c>*</c> for all. Default: 127.0.0.1.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The port; 0 for any that is free. Default: 8642.</summary>
    public int Port { get; set; } = 8642;

    /// <summary>Threads for one batch. Default: all cores.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the networks' products. Default: 32-bit floats.</summary>
    public ComputePrecision Compute { get; set; } = ComputePrecision.Float32;

    /// <summary>Megabytes that vectors of transformers are kept in, so that the same text is not computed twice; 0 for none. Default:
    /// 256. Static models are faster than any cache and have none.</summary>
    public int CacheMegabytes { get; set; } = 256;

    /// <summary>How long the server goes on answering after it was told to end and has said so at /health/ready. Default: no time; behind a
    /// load balancer, a little longer than it takes to ask.</summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>How long requests that are under way may take once the server ends. Default: 30 seconds.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The address that <see cref="Host"/> stands for.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public IPAddress Address =>
        Host.ToLowerInvariant() switch
        {
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.Any,
            _ => IPAddress.TryParse(Host.Trim('[', ']'), out var address)
                ? address
                : throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"The host '{Host}' is no address. Expected is localhost, an address of this machine such as 192.168.0.5, or * for all."
                ),
        };

    /// <summary>The models, or those that are served where none is named.</summary>
    public IReadOnlyList<string> ModelsOr(string fallback) =>
        Models.Count > 0 ? Models : [.. ((string[])[fallback, ModelCatalog.DefaultModel]).Distinct(StringComparer.Ordinal)];

    /// <summary>The same settings, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, or <see cref="ErrorCode.ServerNeedsKey"/>.</exception>
    public ServeSettings Checked(SimileServerOptions server)
    {
        if (Port is < 0 or > ushort.MaxValue)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The port is {Port}, but 0 to {ushort.MaxValue} are possible.");
        }

        if (CacheMegabytes < 0 || DrainDelay < TimeSpan.Zero || DrainTimeout < TimeSpan.Zero)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{nameof(CacheMegabytes)} is {CacheMegabytes}, {nameof(DrainDelay)} {DrainDelay}, {nameof(DrainTimeout)} {DrainTimeout}; "
                    + "none of them may be negative."
            );
        }

        return IPAddress.IsLoopback(Address) || server.Keys.Count > 0 || server.LetAnyoneOnTheNetworkIn
            ? this
            : throw new SimileException(
                ErrorCode.ServerNeedsKey,
                $"The server would listen on {Host}, where others reach it, and it has no key: anybody could use it. Give it a key of at "
                    + "least 16 characters, or listen on 127.0.0.1; a network whose every member is trusted can be let in on purpose "
                    + $"({nameof(server.LetAnyoneOnTheNetworkIn)})."
            );
    }
}
