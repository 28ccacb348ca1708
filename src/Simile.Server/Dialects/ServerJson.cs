using System.Text.Json.Serialization;

namespace Simile.Server.Dialects;

/// <summary>The bodies that are read, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAiRequest))]
internal sealed partial class ServerJson : JsonSerializerContext;
