using System.Text.Json.Serialization;

namespace Simile.Hosting;

[JsonSerializable(typeof(string[]))]
internal sealed partial class IndexCacheJson : JsonSerializerContext;
