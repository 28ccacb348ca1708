using System.Text.Encodings.Web;
using System.Text.Json;

namespace Simile.Cli.Output;

/// <summary>Writes one JSON object a line to standard output.</summary>
internal sealed class JsonLines : IDisposable
{
    private readonly Stream _output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
    private readonly Utf8JsonWriter _json;

    public JsonLines() => _json = new Utf8JsonWriter(_output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Write(Action<Utf8JsonWriter> fields)
    {
        _json.WriteStartObject();
        fields(_json);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _output.WriteByte((byte)'\n');
    }

    public static void WriteError(Utf8JsonWriter json, SimileException error)
    {
        json.WriteStartObject("error");
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }

    public static void WriteVector(Utf8JsonWriter json, string name, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray(name);
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    public void Dispose()
    {
        _json.Dispose();
        _output.Dispose();
    }
}
