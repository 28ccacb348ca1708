using System.CommandLine;
using Simile.Hosting;
using Simile.Models;
using Simile.Text;

namespace Simile.Cli;

/// <summary>The options of every verb that uses a model.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model") { Description = "Name of an installed model, a model folder, or a model pulled from the hub", DefaultValueFactory = _ => ModelCatalogue.DefaultModel, HelpName = "NAME|FOLDER|org/name[@revision]" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads to use", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };
    private readonly Option<string> _compute = new("--compute") { Description = "Arithmetic of the model; static models know float32 only", DefaultValueFactory = _ => "float32" };

    public ModelOptions(Command verb)
    {
        _compute.AcceptOnlyFromAmong("float32");
        _threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--threads needs a number of at least 1.");
            }
        });
        verb.Options.Add(_model);
        verb.Options.Add(_threads);
        verb.Options.Add(_compute);
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    public int Threads(ParseResult parsed) => parsed.GetValue(_threads);

    public string Compute(ParseResult parsed) => parsed.GetValue(_compute)!;

    public Task<TextEmbedder> OpenAsync(Lazy<SimileHost> host, ParseResult parsed, CancellationToken cancellationToken) =>
        host.Value.OpenTextEmbedderAsync(Model(parsed), Threads(parsed), cancellationToken);
}
