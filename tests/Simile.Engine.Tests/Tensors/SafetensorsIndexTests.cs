using Simile.Engine.Tensors;

namespace Simile.Engine.Tests.Tensors;

public sealed class SafetensorsIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("""{"weight_map":{"a":null}}""")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","b":null}}""")]
    [InlineData("""{"weight_map":null}""")]
    [InlineData("""{"weight_map":{"a":7}}""")]
    [InlineData("""{"weight_map":{"a":""}}""")]
    [InlineData("""{"weight_map":{}}""")]
    [InlineData("""{"weight_map":[]}""")]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    public void AnIndexThatNamesNoFilesIsAnError(string index)
    {
        File.WriteAllText(_folder.File("model.safetensors.index.json"), index);
        Assert.Equal(ErrorCode.BadCheckpoint, Assert.Throws<SimileException>(() => SafetensorsSet.Open(_folder.Path)).Code);
    }

    public void Dispose() => _folder.Dispose();
}
