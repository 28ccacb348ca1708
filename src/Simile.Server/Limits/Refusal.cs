namespace Simile.Server.Limits;

/// <summary>Why a request gets no answer; each dialect has a word and a status of its own for it.</summary>
internal enum RefusalKind
{
    /// <summary>The body is no JSON, or not of the form that the route takes.</summary>
    Malformed,

    /// <summary>A value that this model or server does not take.</summary>
    Invalid,

    /// <summary>More bytes, inputs or tokens than are allowed.</summary>
    TooLarge,

    /// <summary>No key, or a wrong one.</summary>
    Unauthorized,

    /// <summary>The address, host or origin is not let in.</summary>
    Forbidden,

    /// <summary>The model is not served here.</summary>
    UnknownModel,

    /// <summary>There is no such route.</summary>
    UnknownRoute,

    /// <summary>Too much to do; come again.</summary>
    Overloaded,

    /// <summary>The model does not answer at the moment.</summary>
    Unavailable,

    /// <summary>A fault on this side.</summary>
    Failed,
}

/// <summary>Why a request gets no answer.</summary>
/// <param name="Kind">The kind, of which status and words of a dialect follow.</param>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">What is wrong, with the values, and what to do. Names no path of this machine.</param>
internal sealed record Refusal(RefusalKind Kind, string Code, string Message)
{
    /// <summary>The field that is wrong, or null.</summary>
    public string? Field { get; init; }

    /// <summary>When to come again, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The usual status.</summary>
    public int Status =>
        Kind switch
        {
            RefusalKind.Malformed or RefusalKind.Invalid => 400,
            RefusalKind.Unauthorized => 401,
            RefusalKind.Forbidden => 403,
            RefusalKind.UnknownModel or RefusalKind.UnknownRoute => 404,
            RefusalKind.TooLarge => 413,
            RefusalKind.Overloaded => 429,
            RefusalKind.Unavailable => 503,
            _ => 500,
        };

    /// <summary>Whether the same request is refused again however often it is sent.</summary>
    public bool IsForGood => Status is < 500 and not 429;

    /// <summary>A value that is not taken.</summary>
    public static RefusalException Invalid(string field, string message) =>
        new(new Refusal(RefusalKind.Invalid, ErrorCode.InvalidOption, message) { Field = field });

    /// <summary>What an error of the library means to a client. Errors of models and stores tell of this machine's folders: they are
    /// logged, not sent.</summary>
    public static Refusal Of(SimileException error, string? field = null) =>
        (error.Code, error.Code[..4]) switch
        {
            (ErrorCode.QueueFull or ErrorCode.DeadlinePassed, _) => new Refusal(RefusalKind.Overloaded, error.Code, error.Description)
            {
                RetryAfter = error.RetryAfter ?? TimeSpan.FromSeconds(1),
            },
            (ErrorCode.ModelHangs or ErrorCode.WorkerFailed or ErrorCode.GeneratorUnavailable, _) => new Refusal(
                RefusalKind.Unavailable,
                error.Code,
                "The model does not answer at the moment. Send the request again."
            )
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            },
            (ErrorCode.InvalidOption or ErrorCode.UnsupportedModel or ErrorCode.BadRequestBody, _) or (_, "SIM1" or "SIM3") => new Refusal(
                RefusalKind.Invalid,
                error.Code,
                error.Description
            )
            {
                Field = field,
            },
            _ => Fault(error.Code),
        };

    /// <summary>A fault on this side.</summary>
    public static Refusal Fault(string code) =>
        new(RefusalKind.Failed, code, "The server failed on this request; its log says why, under the id of this answer (x-request-id).");
}

/// <summary>Ends a request with a refusal.</summary>
/// <param name="refusal">Why.</param>
internal sealed class RefusalException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal => refusal;
}
