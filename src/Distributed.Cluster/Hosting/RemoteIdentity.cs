using Akka.Event;
using Akka.Remote.Transport.DotNetty;
using Distributed.Transport.Identity;

namespace Distributed.Cluster.Hosting;

/// <summary>A node's identity for Akka.Remote: both sides of each connection prove that they are nodes of the cluster before any message.</summary>
internal static class RemoteIdentity
{
    /// <summary>
    /// The setup of an actor system. Akka.Remote keeps the certificate of its start, so a renewed one counts from the next start; the authorities
    /// are those of the moment of each connection.
    /// </summary>
    public static DotNettySslSetup Setup(ClusterIdentity identity) => new(
        identity.Certificate, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: false,
        (certificate, _, remote, _, log) =>
        {
            if (identity.Refuse(certificate) is not { } reason) return true;
            log.Warning("{0} is no node of this cluster and was refused: {1}", remote, reason);
            return false;
        });
}
