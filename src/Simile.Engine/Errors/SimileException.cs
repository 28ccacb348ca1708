namespace Simile;

/// <summary>Every error that Simile raises on purpose: what is wrong with its values, what was expected, what to do, and a stable
/// code.</summary>
public sealed class SimileException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="code">One of <see cref="ErrorCode"/>.</param>
    /// <param name="message">What is wrong, with the values, what was expected, and what to do.</param>
    /// <param name="innerException">The error beneath, if there is one.</param>
    public SimileException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The stable code, such as <c>SIM101</c>.</summary>
    public string Code { get; }

    /// <summary>The code and what is wrong: what logs and problem pages show.</summary>
    public override string Message => $"{Code}: {base.Message}";

    /// <summary>What is wrong, without the code.</summary>
    public string Description => base.Message;

    /// <summary>When it is worth to try again, for errors of a full queue and of a deadline that passed in one; null for all
    /// others.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
