namespace Simile.Models;

/// <summary>The folders of the user that are Simile's, where each system keeps such things; XDG_CACHE_HOME and XDG_CONFIG_HOME decide
/// otherwise on all of them.</summary>
internal static class UserFolders
{
    private const string Name = "simile";

    /// <summary>What can be made or fetched again: indexes made on the fly, models pulled from packages.</summary>
    public static string Cache => Find("XDG_CACHE_HOME", Environment.SpecialFolder.LocalApplicationData, ".cache");

    /// <summary>What the user has set.</summary>
    public static string Settings => Find("XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData, ".config");

    private static string Find(string variable, Environment.SpecialFolder onWindows, string elsewhere)
    {
        var usual = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(onWindows)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), elsewhere);
        return Path.Combine(Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? named : usual, Name);
    }
}
