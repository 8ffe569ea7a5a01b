using System.CommandLine;
using Distributed.Transport.Identity;

namespace Distributed.Node.Certificates;

/// <summary><c>distributed-node certificates</c>: makes a cluster's authority and the certificate of its nodes.</summary>
internal static class CertificatesCommand
{
    private const string Name = "certificates";

    private static readonly Option<string> Out = new("--out")
    {
        HelpName = "DIR",
        Description = "Folder of the certificates; made where it is missing",
        Required = true,
    };

    private static readonly Option<string?> Authority = new("--authority")
    {
        HelpName = "DIR",
        Description = "Folder of the authority's key, which no node needs (the folder of --out)",
    };

    private static readonly Option<string[]> Host = new("--host")
    {
        HelpName = "NAME",
        Description = "A name or address under which clients reach a gateway, beside localhost and this machine's name; repeatable",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> Days = new("--days")
    {
        HelpName = "N",
        Description = "How long the nodes' certificate is valid, 1 to 3650 (365)",
        DefaultValueFactory = _ => 365,
    };

    private static readonly Option<bool> NewAuthority = new("--new-authority")
    {
        Description = "Only adds an authority; the nodes' certificate stays. Put authority.pem on every node, then make new certificates",
    };

    private static readonly Option<bool> ForgetOld = new("--forget-old")
    {
        Description = "Only removes the authorities before the newest, when every node has a certificate of it",
    };

    /// <summary>The command. It throws an <see cref="IdentityException"/> when it fails.</summary>
    public static Command Create()
    {
        var command = new Command(Name, "Makes the authority of a cluster and the certificate of its nodes, or renews the certificate.") { Out, Authority, Host, Days, NewAuthority, ForgetOld };
        command.SetAction(result => Make(result, result.InvocationConfiguration.Output));
        return command;
    }

    private static int Make(ParseResult result, TextWriter output)
    {
        var path = result.GetRequiredValue(Out);
        var keys = result.GetValue(Authority) ?? path;
        var folder = new CertificateFolder(keys, path, TimeProvider.System);
        var days = result.GetValue(Days);
        if (days is < 1 or > 3650) throw new IdentityException($"{Days.Name} is {days}: it must be 1 to 3650");
        if (result.GetValue(NewAuthority) && result.GetValue(ForgetOld)) throw new IdentityException($"{NewAuthority.Name} and {ForgetOld.Name} are two steps: run one, then the other");
        var isNew = folder.Open();
        if (result.GetValue(ForgetOld))
        {
            output.WriteLine($"{folder.ForgetOldAuthorities()} older authorities are not accepted any more: put {Path.Combine(path, CertificateNames.Authorities)} on every node");
            return 0;
        }
        if (result.GetValue(NewAuthority))
        {
            if (!isNew) folder.AddAuthority();
            output.WriteLine($"an authority was added: put {Path.Combine(path, CertificateNames.Authorities)} on every node, then run this command again without {NewAuthority.Name}");
            return 0;
        }
        if (isNew) output.WriteLine($"the cluster's authority is in {keys}; keep {CertificateNames.AuthorityKey} away from the nodes: who has it can make nodes");
        string[] hosts = ["localhost", "127.0.0.1", "::1", Environment.MachineName, .. result.GetValue(Host)!];
        if (hosts.FirstOrDefault(host => Uri.CheckHostName(host) == UriHostNameType.Unknown) is { } wrong)
            throw new IdentityException($"{Host.Name} is '{wrong}': it must be a name or an address");
        using var node = folder.MakeNode([.. hosts.Distinct(StringComparer.OrdinalIgnoreCase)], TimeSpan.FromDays(days));
        output.WriteLine($"the nodes' certificate, valid until {node.NotAfter.ToUniversalTime():yyyy-MM-dd}: {Path.Combine(path, CertificateNames.Node)}, with {CertificateNames.NodeKey} and {CertificateNames.Authorities} for every node");
        return 0;
    }
}
