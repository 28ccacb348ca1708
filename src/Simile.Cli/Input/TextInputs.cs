using System.Text;
using System.Text.Json;
using Simile.Ingestion;

namespace Simile.Cli.Input;

/// <summary>Turns arguments into texts: <c>@path</c> is the contents of a file, <c>-</c> is standard input, anything else is itself.</summary>
internal static class TextInputs
{
    /// <summary>The texts of all arguments, as they are read.</summary>
    public static IEnumerable<string> Read(IEnumerable<string> arguments, bool lines) => arguments.SelectMany(argument => Read(argument, lines));

    /// <summary>The one text of an argument.</summary>
    public static string ReadOne(string argument) => Read(argument, lines: false).Single();

    /// <summary>The file that is the only argument, or null when it is not one file.</summary>
    public static string? FileOf(string[] arguments) => arguments is [['@', .. var path]] && File.Exists(path) ? path : null;

    private static IEnumerable<string> Read(string argument, bool lines)
    {
        if (argument != "-" && !argument.StartsWith('@'))
        {
            return [argument];
        }

        var path = argument == "-" ? null : argument[1..];
        if (path is not null && !File.Exists(path))
        {
            throw new SimileException(ErrorCode.PathNotFound, $"There is no file {path} ('@' stands before a file's name; a text that begins with it can come from standard input, '-').");
        }

        return lines ? ReadLines(path) : [path is null ? Console.In.ReadToEnd() : DocumentText.Decode(DocumentText.ReadBytes(path), path)];
    }

    private static IEnumerable<string> ReadLines(string? path)
    {
        using var reader = path is null ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : new StreamReader(path, Encoding.UTF8);
        var isJson = path is not null && Path.GetExtension(path) == ".jsonl";
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            yield return isJson ? TextField(line, path!, number) : line;
        }
    }

    private static string TextField(string line, string path, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("text").GetString() ?? string.Empty;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SimileException(ErrorCode.UnreadableDocument, $"Line {number} of {path} is no JSON object with a field 'text'.", error);
        }
    }
}
