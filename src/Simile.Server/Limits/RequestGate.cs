using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Simile.Server.Limits;

/// <summary>Lets so many requests in at a time, and so many bytes of their bodies; the others wait their turn, but not for long.</summary>
/// <param name="options">The bounds.</param>
internal sealed class RequestGate(SimileServerOptions options) : IDisposable
{
    private const int FirstBuffer = 1 << 16;
    private readonly SemaphoreSlim _places = new(options.MaxRequests, options.MaxRequests);
    private long _bytes;
    private int _inside;

    /// <summary>Requests that are worked on.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Waits for a place.</summary>
    /// <exception cref="RefusalException"><see cref="RefusalKind.Overloaded"/>.</exception>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (!await _places.WaitAsync(options.MaxWait, cancellationToken).ConfigureAwait(false))
        {
            throw Overloaded(
                $"{options.MaxRequests} requests are worked on already, and none ended in {options.MaxWait.TotalSeconds:0} s."
            );
        }

        Interlocked.Increment(ref _inside);
    }

    /// <summary>Gives the place back.</summary>
    public void Leave()
    {
        Interlocked.Decrement(ref _inside);
        _places.Release();
    }

    /// <summary>Reads a body whole.</summary>
    /// <exception cref="RefusalException"><see cref="RefusalKind.TooLarge"/>, <see cref="RefusalKind.Malformed"/> for a compressed one, or
    /// <see cref="RefusalKind.Overloaded"/>.</exception>
    public async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            throw new RefusalException(
                new Refusal(
                    RefusalKind.Malformed,
                    ErrorCode.BadRequestBody,
                    $"The body is compressed ('{request.Headers.ContentEncoding}'), which is not read here. Send it as it is."
                )
            );
        }

        if (request.ContentLength > options.MaxBodyBytes)
        {
            throw TooLarge();
        }

        var body = new RequestBody(this, Rent((int)Math.Min(FirstBuffer, (request.ContentLength ?? FirstBuffer) + 1)));
        try
        {
            await FillAsync(body, request.Body, cancellationToken).ConfigureAwait(false);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task FillAsync(RequestBody body, Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await stream.ReadAsync(body.Free, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            body.Length += read;
            if (body.Length > options.MaxBodyBytes)
            {
                throw TooLarge();
            }

            if (body.Free.IsEmpty)
            {
                body.Grow(Rent((int)Math.Min(body.Length * 2L, options.MaxBodyBytes + 1L)));
            }
        }
    }

    private byte[] Rent(int length)
    {
        if (Interlocked.Add(ref _bytes, length) > options.MaxBodyBytesTogether)
        {
            Interlocked.Add(ref _bytes, -length);
            throw Overloaded(
                $"The requests that are read at this moment have {options.MaxBodyBytesTogether} bytes together, the most allowed."
            );
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        Interlocked.Add(ref _bytes, rented.Length - length);
        return rented;
    }

    private void Return(byte[] rented)
    {
        Interlocked.Add(ref _bytes, -rented.Length);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private RefusalException TooLarge() =>
        new(
            new Refusal(
                RefusalKind.TooLarge,
                ErrorCode.RequestTooLarge,
                $"The body has over {options.MaxBodyBytes} bytes, the most allowed. Send it in several requests."
            )
        );

    private static RefusalException Overloaded(string message) =>
        new(
            new Refusal(RefusalKind.Overloaded, ErrorCode.QueueFull, message + " Come again a little later.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            }
        );

    /// <summary>A body in memory that goes back when it is disposed.</summary>
    internal sealed class RequestBody(RequestGate gate, byte[] bytes) : IDisposable
    {
        private byte[]? _bytes = bytes;

        public int Length { get; set; }

        public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

        public Memory<byte> Free => _bytes.AsMemory(Length);

        public void Grow(byte[] larger)
        {
            Span.CopyTo(larger);
            gate.Return(_bytes!);
            _bytes = larger;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } rented)
            {
                gate.Return(rented);
            }
        }
    }
}
