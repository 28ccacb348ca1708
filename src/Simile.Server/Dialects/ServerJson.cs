using System.Text.Json.Serialization;

namespace Simile.Server.Dialects;

/// <summary>The bodies that are read, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAiRequest))]
[JsonSerializable(typeof(TeiEmbedRequest))]
[JsonSerializable(typeof(TeiSimilarityRequest))]
[JsonSerializable(typeof(TeiTokenizeRequest))]
[JsonSerializable(typeof(TeiDecodeRequest))]
[JsonSerializable(typeof(OllamaEmbedRequest))]
[JsonSerializable(typeof(OllamaShowRequest))]
[JsonSerializable(typeof(CohereEmbedRequest))]
[JsonSerializable(typeof(RerankFields))]
[JsonSerializable(typeof(ClassifyRequest))]
internal sealed partial class ServerJson : JsonSerializerContext;
