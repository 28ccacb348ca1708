using System.Globalization;

namespace Simile.Cli.Output;

/// <summary>'1 file', '2 files'.</summary>
internal static class Plural
{
    public static string Of(long count, string noun, string? several = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : several ?? noun + "s")}");
}
