using System.Text.Json;
using Simile.Server.Limits;

namespace Simile.Server.Http;

/// <summary>How one maker's clients speak: their routes, and how they are told what is wrong. A new dialect is one class, and a line in
/// the list of <see cref="SimileRoutes"/>' caller.</summary>
internal abstract class Dialect
{
    /// <summary>Adds the routes.</summary>
    public abstract void Map(SimileRoutes routes);

    /// <summary>The status of a refusal.</summary>
    public virtual int StatusOf(Refusal refusal) => refusal.Status;

    /// <summary>Writes a refusal's body, an object.</summary>
    public abstract void WriteRefusal(Utf8JsonWriter json, Refusal refusal);
}
