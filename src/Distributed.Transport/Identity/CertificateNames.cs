namespace Distributed.Transport.Identity;

/// <summary>The files of a folder of certificates, all PEM.</summary>
public static class CertificateNames
{
    /// <summary>The authorities whose nodes are accepted: one, or several while one replaces another.</summary>
    public const string Authorities = "authority.pem";

    /// <summary>The authority's private key. Only who makes certificates needs it; no node reads it.</summary>
    public const string AuthorityKey = "authority.key";

    /// <summary>The node's certificate.</summary>
    public const string Node = "node.pem";

    /// <summary>The node's private key, readable by its owner alone.</summary>
    public const string NodeKey = "node.key";
}
