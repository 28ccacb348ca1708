using System.Collections.Concurrent;
using Simile.Vectors;

namespace Simile.Batching;

/// <summary>Finds the kind of a call. Options are tried out once on no input at all, so that a caller hears at once of options that the
/// model cannot do.</summary>
/// <param name="inner">The model.</param>
internal sealed class CallKinds<TInput>(IEmbedder<TInput> inner)
{
    private const int Most = 1024;
    private readonly ConcurrentDictionary<EmbedOptions, CallKind> _kinds = [];
    private CallKind? _last;

    /// <summary>The kind of options that were seen before, or null.</summary>
    public CallKind? Find(EmbedOptions options)
    {
        // Callers keep their options as a rule, and a reference is compared much faster than four values.
        var last = _last;
        return ReferenceEquals(last?.Options, options) ? last : _last = _kinds.GetValueOrDefault(options);
    }

    /// <summary>The kind of options that are new.</summary>
    /// <exception cref="SimileException">The model cannot do that.</exception>
    public async ValueTask<CallKind> AddAsync(EmbedOptions options, CancellationToken cancellationToken)
    {
        var nothing = await inner.EmbedAsync([], options, cancellationToken).ConfigureAwait(false);
        if (_kinds.Count >= Most)
        {
            _kinds.Clear();
        }

        return _kinds.GetOrAdd(options, static (key, space) => new CallKind(key, space), nothing.Space);
    }
}
