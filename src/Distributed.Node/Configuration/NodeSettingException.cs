namespace Distributed.Node.Configuration;

/// <summary>A wrong setting; the message names the setting, the error and the remedy in one line.</summary>
internal sealed class NodeSettingException(string message) : Exception(message);
