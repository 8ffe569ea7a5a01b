using System.CommandLine;
using System.Text;
using Distributed.Console.Terminals;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain completion bash</c>: a script that completes commands, options and files, made of the command tree; no process is started for it.</summary>
internal sealed class CompletionCommand
{
    public const string Name = "completion";

    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash" };

    public static Command Create(ConsoleEnvironment environment)
    {
        var command = new Command(Name, "Prints a completion script: eval \"$(dtrain completion bash)\".");
        command.Arguments.Add(Shell);
        command.SetAction(parsed =>
        {
            var shell = parsed.GetValue(Shell);
            if (shell != "bash") throw new UsageException($"'{shell}' is not a supported shell; expected bash");
            environment.Output.Write(Bash(CommandTree.Create(environment)));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The script.</summary>
    internal static string Bash(RootCommand root)
    {
        var script = new StringBuilder();
        script.Append("""
            _dtrain() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=() word
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || words+=("$word"); done
                local path=${words[0]}
                [[ $path == data && ${#words[@]} -gt 1 ]] && path="data ${words[1]}"
                local options=""
                case $path in

            """);
        Append(script, "", root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).Concat(["--help", "--version"]));
        foreach (var command in root.Subcommands.Where(c => !c.Hidden))
        {
            if (command.Subcommands.Count > 0)
            {
                Append(script, command.Name, command.Subcommands.Select(c => c.Name));
                foreach (var child in command.Subcommands) Append(script, $"{command.Name} {child.Name}", WordsOf(child));
                continue;
            }
            Append(script, command.Name, command.Name == Name ? ["bash"] : WordsOf(command));
        }
        script.Append("""
                esac
                if [[ $previous == --* && $current != -* && " $options " == *" $previous "* ]] || [[ $current != -* && -n $path && $path != data && $path != completion ]]; then
                    compopt -o default
                    COMPREPLY=()
                else
                    COMPREPLY=($(compgen -W "$options" -- "$current"))
                fi
            }
            complete -F _dtrain dtrain

            """);
        return script.ToString().ReplaceLineEndings("\n");
    }

    private static IEnumerable<string> WordsOf(Command command) => command.Options.Where(o => !o.Hidden).Select(o => o.Name).Append("--help");

    private static void Append(StringBuilder script, string path, IEnumerable<string> words) =>
        script.Append("        \"").Append(path).Append("\") options=\"").AppendJoin(' ', words).Append("\" ;;\n");
}
