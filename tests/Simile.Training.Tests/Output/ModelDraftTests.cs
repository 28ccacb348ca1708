using Simile.Training.Output;

namespace Simile.Training.Tests.Output;

/// <summary>A model folder is there whole or not at all, whatever lay in its place and whenever the process died.</summary>
public sealed class ModelDraftTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void ADraftTakesTheTargetsPlaceAndWhatItLacksStays()
    {
        Write("m", "model.safetensors", "old");
        Write("m", "README.md", "mine");
        Write(Path.Combine("m", "notes"), "a.txt", "mine");
        using (var draft = ModelDraft.Begin(_folder.File("m")))
        {
            File.WriteAllText(Path.Combine(draft.Folder, "model.safetensors"), "new");
            Assert.Equal("old", File.ReadAllText(_folder.File("m", "model.safetensors")));
            draft.Commit();
        }

        Assert.Equal(["m"], Names());
        Assert.Equal(
            ["README.md", "model.safetensors", "notes"],
            Directory.GetFileSystemEntries(_folder.File("m")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ("new", "mine"),
            (File.ReadAllText(_folder.File("m", "model.safetensors")), File.ReadAllText(_folder.File("m", "notes", "a.txt")))
        );
    }

    [Fact]
    public void ADraftThatIsNotPutInPlaceLeavesNothing()
    {
        using (var draft = ModelDraft.Begin(_folder.File("m")))
        {
            File.WriteAllText(Path.Combine(draft.Folder, "config.json"), "half");
        }

        Assert.Empty(Names());
    }

    [Fact]
    public void ADraftInWorkIsNotTakenAway()
    {
        using var first = ModelDraft.Begin(_folder.File("m"));
        using var second = ModelDraft.Begin(_folder.File("m"));
        Assert.True(Directory.Exists(first.Folder));
    }

    // A kill between the two renames leaves the old model aside and the new one not yet in place.
    [Fact]
    public void AnOldModelWhoseSuccessorNeverCameIsPutBack()
    {
        var left = $"m.part-{Guid.NewGuid():N}";
        Write(left, "model.safetensors", "new");
        Write(left + "-old", "model.safetensors", "old");
        using (ModelDraft.Begin(_folder.File("m")))
        {
            Assert.Equal("old", File.ReadAllText(_folder.File("m", "model.safetensors")));
        }

        Assert.Equal(["m"], Names());
    }

    public void Dispose() => _folder.Dispose();

    private IEnumerable<string?> Names() => Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName);

    private void Write(string folder, string name, string text) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder.File(folder)).FullName, name), text);
}
