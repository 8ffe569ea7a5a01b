using System.Net;
using System.Net.Sockets;
using System.Text;
using Distributed.Node.Naming;

namespace Distributed.Node.Tests.Naming;

/// <summary>The name of an address, asked of name servers on loopback that answer what a test says.</summary>
public sealed class SystemNameServiceTests
{
    private static readonly IPAddress Address = IPAddress.Parse("172.18.0.5");

    [Fact]
    public async Task The_name_is_read_also_where_it_ends_in_a_jump_back_and_stands_behind_other_records()
    {
        // An alias first (type 5), then the pointer; then one whose name ends in a jump to the question's "in-addr.arpa".
        Assert.Equal("worker-1.cluster", await AskAsync(question => Answer(question, [.. Record(5, "\u0001x\0"), .. Record(12, "\u0008worker-1\u0007cluster\0")], 2)));
        Assert.Equal("worker-1.in-addr.arpa", await AskAsync(question => Answer(question, Record(12, "\u0008worker-1", 0xC0, 12 + 11))));
    }

    [Fact]
    public async Task The_question_names_the_address_backwards()
    {
        byte[] asked = [];
        await AskAsync(question => Answer(asked = question, Record(12, "\u0001a\0")));
        Assert.Contains("\u00015\u00010\u000218\u0003172\u0007in-addr\u0004arpa\0", Encoding.Latin1.GetString(asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_knows_no_name_leaves_the_question_to_the_next()
    {
        using var refuses = new FakeNameServer(question => Answer(question, [], 0, code: 3));
        using var answers = new FakeNameServer(question => Answer(question, Record(12, "\u0001b\0")));
        Assert.Equal("b", await new SystemNameService([refuses.EndPoint, answers.EndPoint]).FindNameAsync(Address, CancellationToken.None));
        Assert.Null(await new SystemNameService([refuses.EndPoint]).FindNameAsync(Address, CancellationToken.None));
        Assert.Null(await new SystemNameService([]).FindNameAsync(Address, CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_is_silent_or_answers_another_question_gives_no_name_in_time()
    {
        Assert.Null(await AskAsync(_ => null));
        Assert.Null(await AskAsync(question =>
        {
            var answer = Answer(question, Record(12, "\u0001a\0"));
            answer[0] ^= 0xFF;
            return answer;
        }));
    }

    [Fact]
    public async Task A_caller_that_no_longer_waits_is_obeyed()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new FakeNameServer(_ =>
        {
            cancellation.Cancel();
            return null;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SystemNameService([server.EndPoint]).FindNameAsync(Address, cancellation.Token));
    }

    [Fact]
    public async Task A_name_that_jumps_in_a_circle_and_damaged_packets_give_a_name_or_none()
    {
        Assert.Null(await AskAsync(question =>
        {
            var answer = Answer(question, Record(12, "\u0001a", 0xC0, 0));
            answer[^1] = (byte)(answer.Length - 4); // back to its own label
            return answer;
        }));

        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var server = new FakeNameServer(question =>
        {
            var answer = Answer(question, [.. Record(5, "\u0001x\0"), .. Record(12, "\u0008worker-1\u0007cluster\0")], 2);
            for (var change = 1 + random.Next(6); change > 0; change--) answer[random.Next(2, answer.Length)] = (byte)random.Next(256);
            return answer;
        });
        var service = new SystemNameService([server.EndPoint]);
        for (var round = 0; round < 1_000; round++)
        {
            try
            {
                Assert.True(await service.FindNameAsync(Address, CancellationToken.None) is not { Length: > 1_020 }); // 255 bytes, each of which may be escaped
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}", e);
            }
        }
    }

    private static async Task<string?> AskAsync(Func<byte[], byte[]?> answer)
    {
        using var server = new FakeNameServer(answer);
        return await new SystemNameService([server.EndPoint]).FindNameAsync(Address, CancellationToken.None);
    }

    private static byte[] Answer(byte[] question, byte[] records, byte count = 1, byte code = 0)
    {
        // The header and the one question, without what a client appends to it (EDNS).
        var end = 12;
        while (question[end] != 0) end += question[end] + 1;
        var packet = question[..(end + 5)];
        packet[2] |= 0x80;
        (packet[3], packet[7], packet[9], packet[11]) = (code, count, 0, 0);
        return [.. packet, .. records];
    }

    /// <summary>A record of the name in the question, for a minute.</summary>
    private static byte[] Record(byte type, string data, params byte[] more) =>
        [0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, (byte)(data.Length + more.Length), .. Encoding.Latin1.GetBytes(data), .. more];

    /// <summary>Answers each packet at a free port of loopback until it is disposed; null answers nothing.</summary>
    private sealed class FakeNameServer : IDisposable
    {
        private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        private readonly Task _serving;

        public FakeNameServer(Func<byte[], byte[]?> answer) => _serving = ServeAsync(answer);

        public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

        public void Dispose()
        {
            _socket.Dispose();
            Assert.True(_serving.Wait(TimeSpan.FromSeconds(10)));
        }

        private async Task ServeAsync(Func<byte[], byte[]?> answer)
        {
            try
            {
                while (true)
                {
                    var asked = await _socket.ReceiveAsync();
                    if (answer(asked.Buffer) is { } bytes) await _socket.SendAsync(bytes, asked.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                // The test is over.
            }
        }
    }
}
