using System.Text.Json;
using Simile.Hosting;

namespace Simile.Cli.Output;

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
