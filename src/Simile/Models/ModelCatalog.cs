namespace Simile.Models;

/// <summary>The installed models: folders inside some roots.</summary>
/// <param name="roots">Folders that hold model folders; the first one that has a name wins.</param>
public sealed class ModelCatalog(IReadOnlyList<string> roots)
{
    private readonly IReadOnlyList<string> _roots = roots;

    /// <summary>The model that is used when none is named.</summary>
    public const string DefaultModel = "simile-text-mini";

    /// <summary>The names of the installed models, in order.</summary>
    public IReadOnlyList<string> Names =>
        [
            .. _roots
                .Where(Directory.Exists)
                .SelectMany(root => Directory.EnumerateDirectories(root))
                .Where(IsModel)
                .Select(path => Path.GetFileName(path)!)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private string WhereItLooked =>
        _roots.Count > 0
            ? $"Looked in {string.Join(", ", _roots)}."
            : "No folder 'models' lies beside the program or above it, and SIMILE_MODELS names none. The package Simile.Models.Mini "
                + "brings the small models.";

    /// <summary>The folder of a model.</summary>
    /// <param name="nameOrFolder">An installed model's name, or any folder.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>.</exception>
    internal ModelFolder Resolve(string nameOrFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        var path = _roots.Select(root => Path.Combine(root, nameOrFolder)).FirstOrDefault(IsModel) ?? nameOrFolder;
        if (Directory.Exists(path))
        {
            return ModelFolder.Open(path);
        }

        var installed = Names.Count == 0 ? "none is installed" : "installed are " + string.Join(", ", Names);
        throw new SimileException(
            ErrorCode.ModelNotFound,
            $"There is no model '{nameOrFolder}'{NearNames.DidYouMean(nameOrFolder, Names)} It is neither a folder nor an installed "
                + $"model ({installed}). {WhereItLooked}"
        );
    }

    /// <summary>The roots that Simile looks in: those of the variable SIMILE_MODELS, then a folder <c>models</c> beside the program or
    /// above it.</summary>
    /// <param name="programFolder">The folder of the program.</param>
    /// <param name="variable">The value of SIMILE_MODELS, or null.</param>
    public static ModelCatalog Find(string programFolder, string? variable)
    {
        var roots = (variable ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToList();
        for (var folder = new DirectoryInfo(programFolder); folder is not null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, "models");
            if (Directory.Exists(models) && Directory.EnumerateDirectories(models).Any(IsModel))
            {
                roots.Add(models);
            }
        }

        return new ModelCatalog(roots);
    }

    /// <summary>The models of this machine: those that SIMILE_MODELS names, then those beside the program (where the package
    /// Simile.Models.Mini puts its own) or above it, then those that were pulled from packages.</summary>
    public static ModelCatalog OfThisMachine()
    {
        var (found, pulled) = (
            Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable("SIMILE_MODELS")),
            PackagedModels.OfThisMachine().Folder
        );
        return Directory.Exists(pulled) ? new ModelCatalog([.. found._roots, pulled]) : found;
    }

    /// <summary>Whether a folder holds what makes it a model's.</summary>
    internal static bool IsModel(string path) =>
        Array.Exists(["config.json", "modules.json", AdapterConfig.FileName], name => File.Exists(Path.Combine(path, name)));
}
