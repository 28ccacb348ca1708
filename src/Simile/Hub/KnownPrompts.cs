using System.Collections.Immutable;
using Simile.Models;

namespace Simile.Hub;

/// <summary>Prompts that some models were trained with and only their cards tell. They belong to the model, wherever its folder
/// lies.</summary>
internal static class KnownPrompts
{
    private const int CardLines = 200;
    private static readonly string[] Joints = ["/", "--", "_", "-"];

    /// <summary>The prompts of a folder's model, and a note for the user where the model had to be recognized.</summary>
    /// <param name="folder">The folder, which has no prompts of its own.</param>
    /// <param name="kind">The kind of its network.</param>
    /// <param name="madeFrom">What config.json calls the model's origin (<c>_name_or_path</c>), or null.</param>
    public static (ImmutableDictionary<string, string> Prompts, string? Note) Of(ModelFolder folder, string kind, string? madeFrom)
    {
        if (folder.Name.Contains('/', StringComparison.Ordinal))
        {
            return (KnownModels.Find(folder.Name) is { } own ? PromptsOf(own) : Nothing, null);
        }

        if (WithPrompts(kind, model => HasName(model, folder.Name)) is { } named)
        {
            return (PromptsOf(named), Note(folder, named, "by the folder's name"));
        }

        if (CardName(folder) is { } card && WithPrompts(kind, model => HasName(model, card)) is { } carded)
        {
            return (PromptsOf(carded), Note(folder, carded, "by its card, README.md"));
        }

        return
            madeFrom is not null
            && WithPrompts(kind, model => string.Equals(model.Id, madeFrom, StringComparison.OrdinalIgnoreCase)) is { } origin
            ? (PromptsOf(origin), Note(folder, origin, "by '_name_or_path' in config.json"))
            : (Nothing, null);
    }

    private static ImmutableDictionary<string, string> Nothing => ImmutableDictionary<string, string>.Empty;

    private static KnownModel? WithPrompts(string kind, Func<KnownModel, bool> isMeant) =>
        KnownModels.All.FirstOrDefault(model =>
            model.Kind == kind && model.QueryPrompt.Length + model.DocumentPrompt.Length > 0 && isMeant(model)
        );

    // e5-small-v2, or as tools write org/name into one name: intfloat_e5-small-v2, models--intfloat--e5-small-v2.
    private static bool HasName(KnownModel model, string name) =>
        string.Equals(name, model.ShortName, StringComparison.OrdinalIgnoreCase)
        || Joints.Any(joint =>
            (name.StartsWith("models--", StringComparison.Ordinal) ? name["models--".Length..] : name).Equals(
                model.Id.Replace("/", joint, StringComparison.Ordinal),
                StringComparison.OrdinalIgnoreCase
            )
        );

    private static ImmutableDictionary<string, string> PromptsOf(KnownModel model) =>
        Nothing.Add("query", model.QueryPrompt).Add("document", model.DocumentPrompt);

    private static string Note(ModelFolder folder, KnownModel model, string how) =>
        $"{folder.Path} names no prompts; it is taken for {model.Id} ({how}): \"{model.QueryPrompt}\" stands before "
        + $"queries{(model.DocumentPrompt.Length > 0 ? $" and \"{model.DocumentPrompt}\" before documents" : string.Empty)}. "
        + "\"prompts\" in config_sentence_transformers.json decides otherwise.";

    // The name under "model-index:" in the head of a card.
    private static string? CardName(ModelFolder folder)
    {
        if (!File.Exists(folder.File("README.md")))
        {
            return null;
        }

        var head = File.ReadLines(folder.File("README.md"))
            .Take(CardLines)
            .SkipWhile(line => !line.StartsWith("model-index:", StringComparison.Ordinal))
            .Skip(1)
            .FirstOrDefault();
        var entry = head?.Trim().TrimStart('-').Trim();
        return entry?.StartsWith("name:", StringComparison.Ordinal) == true ? entry["name:".Length..].Trim().Trim('"', '\'') : null;
    }
}
