using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Distributed.Transport.Files;

namespace Distributed.Node.Keys;

/// <summary><c>distributed-node keys add</c>: makes a key of the API, writes its entry into a key file and prints the key, once.</summary>
internal static class KeysCommand
{
    private static readonly Option<string> Name = new("--name")
    {
        HelpName = "NAME",
        Description = "The holder: up to 64 printable characters without blanks, ':', ';' and '#'",
        Required = true,
    };

    private static readonly Option<string> Role = new("--role")
    {
        HelpName = "ROLE",
        Description = "reader (look, predict), submitter (upload, submit, steer what is its own) or operator (everything)",
        Required = true,
    };

    private static readonly Option<string> Expires = new("--expires")
    {
        HelpName = "DAY",
        Description = "The day from which the key is refused, such as 2030-12-31 (UTC), or never (a year from today)",
        DefaultValueFactory = _ => $"{TimeProvider.System.GetUtcNow().AddYears(1):yyyy-MM-dd}",
    };

    private static readonly Option<string> ToFile = new("--file")
    {
        HelpName = "FILE",
        Description = "The key file; made where it is missing, for its owner alone. A node whose --api-keys-file it is reads it within a second",
        Required = true,
    };

    /// <summary>The command. It throws a <see cref="KeyFileException"/> when it fails.</summary>
    public static Command Create()
    {
        var add = new Command("add", "Makes a key and prints it: it is not kept, only its hash is.") { Name, Role, Expires, ToFile };
        add.SetAction(result => Add(
            result.GetRequiredValue(Name), result.GetRequiredValue(Role), result.GetValue(Expires)!, result.GetRequiredValue(ToFile), result.InvocationConfiguration.Output));
        return new Command("keys", "The keys of the HTTP API.") { add };
    }

    private static int Add(string name, string role, string expires, string file, TextWriter output)
    {
        if (!ApiKey.IsName(name)) throw new KeyFileException($"{Name.Name} must be up to 64 printable characters without blanks, ':', ';' and '#'");
        var known = ApiRoles.Find(role) ?? throw new KeyFileException($"{Role.Name} is '{role}': it must be {string.Join(", ", ApiRoles.All.Select(ApiRoles.NameOf))}");
        if (!ApiKey.TryParseExpiry(expires, out var end)) throw new KeyFileException($"{Expires.Name} is '{expires}': it must be a day such as 2030-12-31, or never");
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Append(file, new ApiKey(name, known, end, ApiKey.HashOf(key)));
        output.WriteLine(key);
        return 0;
    }

    /// <summary>
    /// Adds a line to the file itself, in one write: a container, into which a single file is mounted, would not see another one of its name.
    /// </summary>
    private static void Append(string file, ApiKey key)
    {
        try
        {
            var text = File.Exists(file) ? File.ReadAllText(file) : "";
            if (ApiKeys.Parse(text).Names.Contains(key.Name)) throw new KeyFileException($"{file} has a key '{key.Name}' already: give another {Name.Name}, or remove its line first");
            using var stream = PrivateFile.Open(file, FileMode.Append);
            stream.Write(Encoding.UTF8.GetBytes($"{(text.Length > 0 && text[^1] != '\n' ? "\n" : "")}{key}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new KeyFileException($"{file}: {e.Message}", e);
        }
    }
}
