using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Simile.Models;

/// <summary>adapter_config.json of PEFT: how a LoRA adapter is merged into its base. Everything that is not merged by a sum of matrices is
/// refused.</summary>
internal sealed record AdapterConfig
{
    public const string FileName = "adapter_config.json";
    public const string WeightsName = "adapter_model.safetensors";
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);
    private static readonly string[] PlainStarts = ["gaussian", "eva", "orthogonal", "true", "false"];

    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The base's name or folder, or null.</summary>
    public string? Base { get; init; }

    /// <summary>The base's branch, tag or commit, or null.</summary>
    public string? Revision { get; init; }

    /// <summary>Whether the magnitudes of rows are learned apart (DoRA).</summary>
    public bool HasMagnitudes { get; init; }

    private double Rank { get; init; }

    private double Alpha { get; init; }

    private bool IsRankStabilized { get; init; }

    private ImmutableArray<(string Name, double Value)> Ranks { get; init; }

    private ImmutableArray<(string Name, double Value)> Alphas { get; init; }

    /// <summary>Whether a folder of a model holds an adapter.</summary>
    public static bool Has(ModelFolder folder, string path) => File.Exists(folder.File(path, FileName));

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static AdapterConfig Read(string folder)
    {
        var config =
            ModelFolder.Open(folder).ReadConfig(string.Empty, FileName)
            ?? throw new SimileException(ErrorCode.ModelNotFound, $"{folder} has no {FileName}. Fetch the model again.");
        if (config.Text("peft_type") is var type && type != "LORA")
        {
            throw config.Unsupported(
                $"an adapter of the type {type} (only LORA is merged). Merge it into its base with PEFT (merge_and_unload) and save that"
            );
        }

        config.RefuseAny(
            "target_parameters",
            "trainable_token_indices",
            "layer_replication",
            "alora_invocation_tokens",
            "use_qalora",
            "use_bdlora",
            "arrow_config",
            "megatron_config",
            "velora_config",
            "monteclora_config",
            "kasa_config"
        );
        config.Require("init_lora_weights", PlainStarts);
        return new AdapterConfig
        {
            Folder = folder,
            Base = config.TextOrNull("base_model_name_or_path"),
            Revision = config.TextOrNull("revision"),
            HasMagnitudes = config.FlagOrNull("use_dora") ?? false,
            Rank = config.Number("r"),
            Alpha = config.RealOrNull("lora_alpha") ?? 8,
            IsRankStabilized = config.FlagOrNull("use_rslora") ?? false,
            Ranks = config.NamedReals("rank_pattern"),
            Alphas = config.NamedReals("alpha_pattern"),
        };
    }

    /// <summary>What a module's product of two matrices is multiplied with: α / r, or α / √r where the rank is stabilized.</summary>
    /// <param name="module">The module's name in the network.</param>
    /// <param name="rank">The rank that its matrices have.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the matrices have another rank than the file
    /// says.</exception>
    public float ScaleOf(string module, long rank)
    {
        var (wanted, alpha) = (Find(Ranks, module) ?? Rank, Find(Alphas, module) ?? Alpha);
        return wanted == rank
            ? (float)(alpha / (IsRankStabilized ? Math.Sqrt(rank) : rank))
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The adapter of {Folder} says the rank {wanted} for '{module}', but its matrices have {rank}. {FileName} and "
                    + $"{WeightsName} belong to different adapters."
            );
    }

    // The first name, or pattern of names, that a module's name ends with after a dot.
    private double? Find(ImmutableArray<(string Name, double Value)> patterns, string module)
    {
        foreach (var (name, value) in patterns)
        {
            try
            {
                if (Regex.IsMatch(module, $@"\A(.*\.)?({name})\z", RegexOptions.CultureInvariant, MatchTime))
                {
                    return value;
                }
            }
            catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
            {
                throw new SimileException(
                    ErrorCode.UnsupportedModel,
                    $"The pattern '{name}' in {FileName} of {Folder} cannot be matched: {error.Message}",
                    error
                );
            }
        }

        return null;
    }
}
