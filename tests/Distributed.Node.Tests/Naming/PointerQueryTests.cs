using System.Net;
using System.Text;
using Distributed.Node.Naming;

namespace Distributed.Node.Tests.Naming;

public sealed class PointerQueryTests
{
    private const ushort Id = 0xABCD;

    [Fact]
    public void The_question_is_the_packet_that_RFC_1035_describes()
    {
        var packet = PointerQuery.Write(Id, IPAddress.Parse("172.18.0.5"));
        Assert.Equal("ABCD01000001000000000000", Convert.ToHexString(packet.AsSpan(0, 12)));
        Assert.Equal("\u00015\u00010\u000218\u0003172\u0007in-addr\u0004arpa\0\0\u000c\0\u0001", Encoding.ASCII.GetString(packet.AsSpan(12)));
    }

    [Fact]
    public void The_address_of_version_6_is_asked_for_digit_by_digit()
    {
        var text = Encoding.ASCII.GetString(PointerQuery.Write(Id, IPAddress.Parse("2001:db8::567:89ab")));
        Assert.Contains(Labels("b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"), text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_is_read_also_where_it_ends_in_a_jump_back_and_stands_behind_other_records()
    {
        // An alias first (type 5), then the pointer, whose name ends in a jump to "arpa"'s predecessor in the question.
        var name = PointerQuery.Read(Answer(1, [.. Record(5, "\u0001x\0"), .. Record(12, "\u0008worker-1\u0007cluster\0")]), Id);
        Assert.Equal("worker-1.cluster", name);
        Assert.Equal("worker-1.in-addr.arpa", PointerQuery.Read(Answer(0, [.. Record(12, "\u0008worker-1", 0xC0, 12 + 11)]), Id));
    }

    [Fact]
    public void What_is_no_answer_to_the_question_is_none()
    {
        var good = Answer(0, Record(12, "\u0001a\0"));
        Assert.Equal("a", PointerQuery.Read(good, Id));
        Assert.Null(PointerQuery.Read(good, Id + 1));
        Assert.Null(PointerQuery.Read(PointerQuery.Write(Id, IPAddress.Parse("172.18.0.5")), Id));
        var refused = (byte[])good.Clone();
        refused[3] = 3; // no such name
        Assert.Null(PointerQuery.Read(refused, Id));
    }

    [Fact]
    public void A_name_that_jumps_in_a_circle_ends()
    {
        var packet = Answer(0, Record(12, "\u0001a", 0xC0, 0));
        packet[^1] = (byte)(packet.Length - 4); // back to its own label
        Assert.Null(PointerQuery.Read(packet, Id));
    }

    [Fact]
    public void Damaged_packets_give_a_name_or_none_and_never_more_than_that()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var packet = Answer(1, [.. Record(5, "\u0001x\0"), .. Record(12, "\u0008worker-1\u0007cluster\0")])[..random.Next(80)];
            for (var change = random.Next(6); change > 0 && packet.Length > 2; change--) packet[random.Next(2, packet.Length)] = (byte)random.Next(256);
            try
            {
                Assert.True(PointerQuery.Read(packet, Id) is not { Length: > 320 });
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {Convert.ToHexString(packet)}", e);
            }
        }
    }

    private static byte[] Answer(int before, byte[] records)
    {
        var packet = PointerQuery.Write(Id, IPAddress.Parse("172.18.0.5"));
        packet[2] |= 0x80;
        packet[7] = (byte)(1 + before);
        return [.. packet, .. records];
    }

    /// <summary>A record of the name in the question, for a minute.</summary>
    private static byte[] Record(byte type, string data, params byte[] more) =>
        [0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, (byte)(data.Length + more.Length), .. Encoding.ASCII.GetBytes(data), .. more];

    private static string Labels(string name) => string.Concat(name.Split('.').Select(label => (char)label.Length + label));
}
