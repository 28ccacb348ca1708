using System.Globalization;
using System.Text.Json;
using Simile.Hosting;
using Simile.Hub;
using Simile.Models;

namespace Simile.Cli.Output;

/// <summary>Models for people and for programs.</summary>
internal static class ModelRendering
{
    /// <param name="origin">Who set the default.</param>
    public static void WriteHead(string origin) =>
        Console.WriteLine(
            $"  {"model", -40} {"kind", -16} {"embeds", -13} {"values", -16}  {"size", 11}  license   (* is used when no other is "
                + $"named: {origin})"
        );

    public static void WriteRow(InstalledModel model, bool isDefault) =>
        Console.WriteLine(
            $"{(isDefault ? '*' : ' ')} {Named(model), -40} {model.Kind, -16} {Embeds(model), -13} "
                + $"{ValuesOf(model), -16}  {model.Bytes / 1e6, 8:F1} MB  {model.License}"
        );

    private static string ValuesOf(InstalledModel model) =>
        model.IsReranker ? "scores pairs" : $"{model.Dimensions?.ToString(CultureInfo.InvariantCulture) ?? "?", 5} dimensions";

    public static void WriteRow(KnownModel model, bool isInstalled, string[] sources) =>
        Console.WriteLine(
            (
                $"{(isInstalled ? '*' : ' ')} {model.Id, -62} {model.Kind, -12} "
                + $"{(model.IsReranker ? "-" : model.Dimensions.ToString(CultureInfo.InvariantCulture)), 4}  {model.Megabytes, 5} MB  "
                + $"{model.Languages, -5} {model.License, -11} {string.Join(", ", sources), -32} {Scored(model)}"
            ).TrimEnd()
        );

    public static void WriteDetails(InstalledModel model)
    {
        Field("name", model.Name);
        Field("folder", model.Folder);
        Field("revision", model.Revision);
        Field("commit", model.Commit);
        Field("package", model.Package);
        Field("kind", model.Kind);
        Field("embeds", Embeds(model));
        Field("reranks", model.IsReranker ? "texts against a query" : null);
        Field("vocabulary", model.Tokens?.ToString(CultureInfo.InvariantCulture));
        Field("dimensions", model.Dimensions is { } full ? string.Join(", ", model.TrainedDimensions.Prepend((int)full).Distinct()) : null);
        Field("max tokens", model.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? (model.Kind == "static" ? "any" : null));
        Field("license", model.License ?? "not stated");
        Field("size", $"{model.Bytes / 1e6:F1} MB");
    }

    public static void WriteDetails(KnownModel model)
    {
        Field("name", model.Id);
        Field("kind", model.Kind);
        Field("dimensions", model.IsReranker ? null : model.Dimensions.ToString(CultureInfo.InvariantCulture));
        Field("max tokens", model.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "any");
        Field("license", model.License);
        Field("download", $"about {model.Megabytes} MB");
        WriteCard(model);
    }

    /// <summary>What is known of a model from its card only.</summary>
    public static void WriteCard(KnownModel model)
    {
        Field("pooling", model.Pooling);
        Field("languages", model.Languages);
        Field("parameters", string.Create(CultureInfo.InvariantCulture, $"{model.Parameters} million"));
        Field("query", Quoted(model.QueryPrompt));
        Field("document", Quoted(model.DocumentPrompt));
        Field("score", model.Score is null ? null : $"{Scored(model)} ({model.ScoreSource})");
        Field("note", model.Note);
    }

    public static void Fields(Utf8JsonWriter json, InstalledModel model)
    {
        json.WriteString("name", model.Name);
        json.WriteString("folder", model.Folder);
        json.WriteString("kind", model.Kind);
        json.WriteString("embeds", Embeds(model));
        json.WriteBoolean("reranks", model.IsReranker);
        Number(json, "vocabulary", model.Tokens);
        Number(json, "dimensions", model.Dimensions);
        json.WriteString("license", model.License);
        json.WriteNumber("bytes", model.Bytes);
        json.WriteString("revision", model.Revision);
        json.WriteString("commit", model.Commit);
        json.WriteString("package", model.Package);
    }

    public static void Fields(Utf8JsonWriter json, KnownModel model, bool isInstalled, string[] sources)
    {
        json.WriteString("name", model.Id);
        json.WriteBoolean("installed", isInstalled);
        json.WriteString("kind", model.Kind);
        json.WriteBoolean("reranks", model.IsReranker);
        Number(json, "dimensions", model.IsReranker ? null : model.Dimensions);
        Number(json, "max_tokens", model.MaxTokens);
        json.WriteString("pooling", model.Pooling);
        json.WriteString("languages", model.Languages);
        json.WriteString("license", model.License);
        json.WriteNumber("parameters_m", model.Parameters);
        json.WriteNumber("download_mb", model.Megabytes);
        json.WriteString("query_prompt", model.QueryPrompt);
        json.WriteString("document_prompt", model.DocumentPrompt);
        Number(json, "score", model.Score);
        json.WriteString("score_measure", model.ScoreMeasure);
        json.WriteString("score_source", model.ScoreSource);
        json.WriteString("note", model.Note);
        json.WriteStartArray("sources");
        foreach (var source in sources)
        {
            json.WriteStringValue(source);
        }

        json.WriteEndArray();
    }

    // org/name stands for its main branch; other revisions, and commits that no revision points to, are named.
    private static string Named(InstalledModel model) =>
        (model.Revision ?? model.Commit?[..12]) is { } revision && revision != HubReference.DefaultRevision
            ? $"{model.Name}@{revision}"
            : model.Name;

    private static string Embeds(InstalledModel model) =>
        model.Modality switch
        {
            _ when model.IsReranker => "nothing",
            Modality.Text => "text",
            Modality.Image => "pictures",
            Modality.None => "unknown",
            _ => "text,pictures",
        };

    private static string Scored(KnownModel model) =>
        model.Score is { } score ? string.Create(CultureInfo.InvariantCulture, $"{score:F2} {model.ScoreMeasure}") : string.Empty;

    private static string? Quoted(string prompt) => prompt.Length > 0 ? $"'{prompt}' + text" : null;

    private static void Field(string name, string? value)
    {
        if (value is not null)
        {
            Console.WriteLine($"{name, -11} {value}");
        }
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

/// <summary>The model that is used where none is named, for people and for programs.</summary>
internal static class DefaultRendering
{
    /// <summary>Who says so, as a part of a sentence.</summary>
    public static string Origin(DefaultModel model) =>
        model.SetBy is { } by ? $"set by {SafeText.Line(by)}" : "it comes with Simile, and nobody has set another";

    public static void Fields(Utf8JsonWriter json, DefaultModel model)
    {
        json.WriteString("default_model", model.Name);
        json.WriteString("default_set_by", model.SetBy);
    }

    /// <summary>Its folder, or null where it is not there.</summary>
    public static string? FolderOf(SimileHost host, DefaultModel model)
    {
        try
        {
            return host.Models.Resolve(model.Name).Path;
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            return null;
        }
    }
}
