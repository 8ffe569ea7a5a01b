namespace Distributed.Node.Configuration;

/// <summary>A wrong setting: its message is one line that says which, what is wrong and what would be right.</summary>
internal sealed class SettingException(string message) : Exception(message);
