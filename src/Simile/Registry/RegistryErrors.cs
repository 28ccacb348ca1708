using Simile.Models;

namespace Simile.Registry;

internal static class RegistryErrors
{
    private const int MostNames = 10;

    public static SimileException Unknown(string name, IReadOnlyCollection<string> names)
    {
        var near = NearNames.Find(name, names);
        var known =
            names.Count == 0 ? "None is registered."
            : near.Count > 0 ? $"Near it are {Listed(near)}."
            : $"Registered are {Listed(names)}.";
        return new SimileException(ErrorCode.UnknownEmbedder, $"There is no embedder '{name}'. {known}");
    }

    public static SimileException Taken(string name) =>
        new(ErrorCode.EmbedderMismatch, $"There is an embedder '{name}' already. Choose another name, or unregister the first.");

    public static SimileException WrongType(string name, Type wanted, IEnumerable<object> faces) =>
        new(
            ErrorCode.EmbedderMismatch,
            $"The embedder '{name}' is no {NameOf(wanted)}, but {string.Join(" or ", faces.Select(face => NameOf(face.GetType())))}."
        );

    public static SimileException NoModels() =>
        new(ErrorCode.InvalidOption, "The registry knows no model ids: its options have no OpenModel. Set it, or register a factory.");

    private static string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal).Take(MostNames).Select(name => $"'{name}'"))
        + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : string.Empty);

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
}
