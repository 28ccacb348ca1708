namespace Simile.Monitoring;

/// <summary>Every name that leaves this library towards a monitor, in one place. Those that begin with <c>gen_ai</c> and <c>error</c> are
/// OpenTelemetry's semantic conventions for generative AI.</summary>
public static class MetricNames
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Source = "Simile";

    /// <summary>Seconds a call took.</summary>
    public const string OperationDuration = "gen_ai.client.operation.duration";

    /// <summary>Tokens a call used.</summary>
    public const string TokenUsage = "gen_ai.client.token.usage";

    /// <summary>Inputs a call had.</summary>
    public const string Inputs = "simile.embed.inputs";

    /// <summary>Inputs of which something was cut off.</summary>
    public const string Truncations = "simile.embed.truncations";

    /// <summary>Inputs, or whole calls, that failed, by <see cref="ErrorType"/>.</summary>
    public const string Errors = "simile.embed.errors";

    /// <summary>Inputs that waited when a batch was taken.</summary>
    public const string QueueDepth = "simile.queue.depth";

    /// <summary>Seconds an input waited for its batch.</summary>
    public const string QueueWait = "simile.queue.wait";

    /// <summary>Inputs of calls that left the queue, or did not get in, without an answer, by <see cref="QueueOutcome"/>.</summary>
    public const string QueueDropped = "simile.queue.dropped";

    /// <summary>Inputs a batch had.</summary>
    public const string BatchInputs = "simile.batch.inputs";

    /// <summary>Tokens a batch had.</summary>
    public const string BatchTokens = "simile.batch.tokens";

    /// <summary>Seconds a batch ran.</summary>
    public const string BatchDuration = "simile.batch.duration";

    /// <summary>Batches whose worker crashed or did not come back in time.</summary>
    public const string WorkerFailures = "simile.batch.worker_failures";

    /// <summary>Tokens that a batch padded to its longest input would have had more.</summary>
    public const string PaddingSaved = "simile.batch.padding_saved";

    /// <summary>Seconds of work by <see cref="Stage"/>.</summary>
    public const string StageDuration = "simile.stage.duration";

    /// <summary>Inputs of calls to a cache by <see cref="CacheOutcome"/>.</summary>
    public const string CacheInputs = "simile.cache.inputs";

    /// <summary>Calls that had to do without their cache.</summary>
    public const string CacheErrors = "simile.cache.errors";

    /// <summary>Keys a tier of a cache was asked for and had.</summary>
    public const string CacheHits = "simile.cache.hits";

    /// <summary>Keys a tier of a cache was asked for and did not have.</summary>
    public const string CacheMisses = "simile.cache.misses";

    /// <summary>Entries a tier of a cache dropped to stay within its bound.</summary>
    public const string CacheEvictions = "simile.cache.evictions";

    /// <summary>Damaged entries a tier of a cache took out.</summary>
    public const string CacheRepairs = "simile.cache.repairs";

    /// <summary>Entries a tier of a cache holds.</summary>
    public const string CacheEntries = "simile.cache.entries";

    /// <summary>Bytes a tier of a cache takes.</summary>
    public const string CacheBytes = "simile.cache.bytes";

    /// <summary>Bytes of the process that are in memory.</summary>
    public const string WorkingSet = "simile.memory.working_set";

    /// <summary>Bytes of managed objects.</summary>
    public const string ManagedMemory = "simile.memory.managed";

    /// <summary>Attribute: what was done, always <c>embeddings</c>.</summary>
    public const string OperationName = "gen_ai.operation.name";

    /// <summary>Attribute: the model's name.</summary>
    public const string RequestModel = "gen_ai.request.model";

    /// <summary>Attribute: who did it, always <c>simile</c>.</summary>
    public const string ProviderName = "gen_ai.provider.name";

    /// <summary>Attribute: which tokens, always <c>input</c>.</summary>
    public const string TokenType = "gen_ai.token.type";

    /// <summary>Attribute of a trace: tokens used.</summary>
    public const string InputTokens = "gen_ai.usage.input_tokens";

    /// <summary>Attribute of a trace: values a vector.</summary>
    public const string DimensionCount = "gen_ai.embeddings.dimension.count";

    /// <summary>Attribute: a code such as <c>SIM101</c>, or the type of the exception.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Attribute: tokenize, decode, prepare, forward …</summary>
    public const string Stage = "simile.stage";

    /// <summary>Attribute: refused, expired or cancelled.</summary>
    public const string QueueOutcome = "simile.queue.outcome";

    /// <summary>Attribute: hit, embedded, joined or repeated.</summary>
    public const string CacheOutcome = "simile.cache.outcome";

    /// <summary>Attribute: memory, sqlite.</summary>
    public const string CacheTierName = "simile.cache.tier";
}
