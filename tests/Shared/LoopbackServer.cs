using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Simile.Testing;

/// <summary>A request as it came over the wire.</summary>
internal sealed record LoopbackRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, int Port)
{
    /// <summary>The body, when its length was said; else empty.</summary>
    public byte[] Body { get; init; } = [];
}

/// <summary>An answer; with <see cref="CutAfter"/> the connection ends after so many bytes of the body, though the header promises
/// all.</summary>
internal sealed record LoopbackAnswer(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public int? CutAfter { get; init; }

    /// <summary>Holds the rest of the body back until it is done.</summary>
    public Task? Hold { get; init; }
}

/// <summary>A small HTTP server on a free port of this machine, with a connection for each request.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<LoopbackRequest, LoopbackAnswer> _answer;

    public LoopbackServer(Func<LoopbackRequest, LoopbackAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public string Address => $"http://127.0.0.1:{Port}";

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            var port = Port;
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => ServeAsync(client, port));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was closed: the test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, int port)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream, port) is { } request)
                {
                    await WriteAsync(stream, request.Method, _answer(request));
                }
            }
            catch (IOException)
            {
                // The client went away, as some tests make it do.
            }
        }
    }

    private static async Task<LoopbackRequest?> ReadAsync(NetworkStream stream, int port)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines
            .Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return new LoopbackRequest(first[0], first[1], headers, port) { Body = body };
    }

    private static async Task WriteAsync(NetworkStream stream, string method, LoopbackAnswer answer)
    {
        var head = new StringBuilder(
            $"HTTP/1.1 {answer.Status} Said\r\nConnection: close\r\nContent-Length: "
                + $"{answer.Body.Length.ToString(CultureInfo.InvariantCulture)}\r\n"
        );
        foreach (var (name, value) in answer.Headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        if (method != "HEAD")
        {
            await stream.WriteAsync(answer.Body.AsMemory(0, answer.CutAfter ?? answer.Body.Length));
            await (answer.Hold ?? Task.CompletedTask);
        }
    }
}
