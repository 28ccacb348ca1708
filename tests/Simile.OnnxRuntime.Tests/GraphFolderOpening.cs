namespace Simile.OnnxRuntime.Tests;

internal static class GraphFolderOpening
{
    public static Task<TextEmbedder> OpenAsync(this GraphFolder folder, OnnxRuntimeEngine? engine = null) =>
        TextEmbedder.LoadAsync(
            folder.Path,
            new TextEmbedderOptions { Engine = engine ?? new OnnxRuntimeEngine(), Threads = 2 },
            TestContext.Current.CancellationToken
        );

    public static async Task<SimileException> RefusalAsync(this GraphFolder folder, OnnxRuntimeEngine? engine = null) =>
        await Assert.ThrowsAsync<SimileException>(async () => await folder.OpenAsync(engine));
}
