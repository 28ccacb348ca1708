using Microsoft.Extensions.AI;

namespace Simile.Hosting.Tests;

/// <summary>A generator of another maker: what it answers, or throws, is up to the test.</summary>
internal sealed class FakeGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private int _calls;

    public EmbeddingGeneratorMetadata? Metadata { get; init; } = new("ollama", new Uri("http://localhost:11434"), "nomic", 3);

    public Func<string[], EmbeddingGenerationOptions?, GeneratedEmbeddings<Embedding<float>>> Answer { get; set; } =
        (values, _) => new(values.Select(value => Of(value.Length, 1, 0))) { Usage = new() { InputTokenCount = 2 * values.Length } };

    public int Calls => _calls;

    public static Embedding<float> Of(params float[] vector) => new(vector);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(Answer([.. values], options));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata : null;

    public void Dispose()
    {
        // There is nothing to dispose.
    }
}
