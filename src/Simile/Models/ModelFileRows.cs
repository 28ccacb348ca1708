namespace Simile.Models;

/// <summary>Files of a model folder with one effect.</summary>
/// <param name="Effect">What becomes of them.</param>
/// <param name="Names">Their names.</param>
internal sealed record ModelFileRow(KeyEffect Effect, params string[] Names);

/// <summary>Keys of one kind of file with one effect.</summary>
/// <param name="File">The file; those of modules after the module's type.</param>
/// <param name="Kinds">The kinds of networks whose file it is, with commas between them; empty for all.</param>
/// <param name="Effect">What becomes of the keys.</param>
/// <param name="Keys">The keys; those of nested objects with dots.</param>
internal sealed record ModelKeyRow(string File, string Kinds, KeyEffect Effect, params string[] Keys)
{
    /// <summary>Whether the keys are those of a kind's file.</summary>
    public bool IsFor(string kind) => Kinds.Length == 0 || Kinds.Split(", ").Contains(kind, StringComparer.Ordinal);
}
