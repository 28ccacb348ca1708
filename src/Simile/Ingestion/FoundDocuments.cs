namespace Simile.Ingestion;

/// <summary>What lies under some paths.</summary>
/// <param name="Files">The files that were wanted, in ordinal order.</param>
/// <param name="PassedOver">What was not taken.</param>
/// <param name="Unlisted">Folders whose contents are not known.</param>
/// <param name="Missing">Paths that do not exist.</param>
internal sealed record FoundDocuments(
    IReadOnlyList<string> Files,
    IReadOnlyList<PassedOver> PassedOver,
    IReadOnlyList<UnlistedFolder> Unlisted,
    IReadOnlyList<string> Missing
);

/// <summary>A file or folder that was not taken; what lies in a folder is not looked at.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">A file's ending (".pdf"), or what it is: hidden file, hidden folder, linked folder, build folder, named pipe, socket,
/// device, broken link, file without an ending.</param>
public sealed record PassedOver(string Path, string Kind);

/// <summary>A folder that could not be listed.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Error">Why.</param>
internal sealed record UnlistedFolder(string Path, SimileException Error);
