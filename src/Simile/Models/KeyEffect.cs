namespace Simile.Models;

/// <summary>What becomes of a file or a key of a model folder.</summary>
internal enum KeyEffect
{
    /// <summary>It decides about vectors, as in the libraries that write it.</summary>
    Followed,

    /// <summary>Any value but the one that changes nothing is an error.</summary>
    Refused,

    /// <summary>It changes no vector.</summary>
    NoEffect,
}
