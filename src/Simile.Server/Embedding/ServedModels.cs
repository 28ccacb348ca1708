using Microsoft.Extensions.Options;
using Simile.Hosting;
using Simile.Hosting.HostedModels;
using Simile.Models;
using Simile.Registry;
using Simile.Server.Limits;

namespace Simile.Server.Embedding;

/// <summary>The models that clients can name: those that were added to the host, and no others.</summary>
internal sealed class ServedModels
{
    private const string Latest = ":latest";
    private readonly Dictionary<string, ServedModel> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the models of a host.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for an alias of a model that is not served, or of none
    /// at all.</exception>
    public ServedModels(
        IEnumerable<SimileRegistration> registrations,
        IOptionsMonitor<SimileOptions> options,
        EmbedderRegistry registry,
        SimileHost host,
        IOptions<SimileServerOptions> server
    )
    {
        All =
        [
            .. registrations.Select(registration =>
            {
                var settled = options.Get(registration.OptionsName);
                var id = registration.OptionsName.Length > 0 ? registration.OptionsName : settled.Model ?? registration.EmbedderName;
                return new ServedModel(id, registration, settled.Model, registry, host);
            }),
        ];
        foreach (var model in All)
        {
            _byName[model.Id] = model;
        }

        foreach (var alias in server.Value.Checked().Aliases)
        {
            var (name, target) = (
                alias[..alias.IndexOf('=', StringComparison.Ordinal)],
                alias[(alias.IndexOf('=', StringComparison.Ordinal) + 1)..]
            );
            _byName[name] =
                _byName.GetValueOrDefault(target)
                ?? throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"The alias '{name}' stands for '{target}', which is not served. Served are {Names}."
                );
        }
    }

    /// <summary>The models; the first one is meant where none is named.</summary>
    public IReadOnlyList<ServedModel> All { get; }

    /// <summary>The names, for messages.</summary>
    public string Names => string.Join(", ", All.Select(model => model.Id));

    /// <summary>The names that stand for other models.</summary>
    public IEnumerable<KeyValuePair<string, ServedModel>> Aliases => _byName.Where(entry => !All.Any(model => model.Id == entry.Key));

    /// <summary>The model of a name, and the purpose that its last part may say: <c>name:query</c>, <c>name:document</c>.</summary>
    /// <exception cref="RefusalException"><see cref="RefusalKind.UnknownModel"/>.</exception>
    public (ServedModel Model, EmbedPurpose Purpose) Find(string? name)
    {
        if (string.IsNullOrEmpty(name) && All.Count > 0)
        {
            return (All[0], EmbedPurpose.Unspecified);
        }

        var asked = name ?? string.Empty;
        if (_byName.TryGetValue(asked, out var exact))
        {
            return (exact, EmbedPurpose.Unspecified);
        }

        var bare = asked.EndsWith(Latest, StringComparison.OrdinalIgnoreCase) ? asked[..^Latest.Length] : asked;
        var colon = bare.LastIndexOf(':');
        var purpose = colon > 0 && bare[(colon + 1)..] is "query" or "document" ? PurposeWords.Find(bare[(colon + 1)..]) : null;
        return _byName.TryGetValue(purpose is null ? bare : bare[..colon], out var found)
            ? (found, purpose ?? EmbedPurpose.Unspecified)
            : throw Unknown(asked);
    }

    private RefusalException Unknown(string name)
    {
        var shown = name.Length > 100 ? name[..100] + "…" : name;
        return new RefusalException(
            new Refusal(
                RefusalKind.UnknownModel,
                ErrorCode.ModelNotServed,
                $"The model '{shown}' is not served here{NearNames.DidYouMean(shown, _byName.Keys)} Served are {Names}."
            )
            {
                Field = "model",
            }
        );
    }
}
