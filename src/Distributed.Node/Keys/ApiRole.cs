namespace Distributed.Node.Keys;

/// <summary>What the holder of a key or a token may do; each role includes those before it.</summary>
internal enum ApiRole
{
    /// <summary>Look, and predict.</summary>
    Reader,

    /// <summary>Upload and submit; pause, resume, cancel and delete what is its own.</summary>
    Submitter,

    /// <summary>Drain nodes; pause, resume, cancel and delete what others submitted and uploaded.</summary>
    Operator,
}

/// <summary>The roles' names: in key files, in tokens, and of the policies that routes require.</summary>
internal static class ApiRoles
{
    public static readonly IReadOnlyList<ApiRole> All = [ApiRole.Reader, ApiRole.Submitter, ApiRole.Operator];

    public static string NameOf(ApiRole role) => role switch
    {
        ApiRole.Reader => "reader",
        ApiRole.Submitter => "submitter",
        _ => "operator",
    };

    /// <summary>The role of a name; null for another text.</summary>
    public static ApiRole? Find(string name) => All.Where(role => NameOf(role) == name).Select(role => (ApiRole?)role).FirstOrDefault();
}
