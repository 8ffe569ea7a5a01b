namespace Distributed.Tests;

/// <summary>A wrong value of every setting, and what is said of it after the setting's name, whichever door it came through.</summary>
internal static class WrongSettings
{
    private const string Empty = " is empty: give it a value or leave it out";
    private const string BelowOne = ": 1 is out of range: must be at least 0 and below 1";
    private const string NoJobName = "is not a job name: expected up to 64 characters of a-z, 0-9 and '-', beginning with a letter or digit";

    /// <summary>The setting's name, the value, the sentence.</summary>
    public static readonly IReadOnlyList<(string Setting, string Value, string Sentence)> All =
    [
        ("data", " ", Empty),
        ("target", " ", Empty),
        ("task", "regression", ": 'regression' is unknown; did you mean 'regress'? (one of classify, regress)"),
        ("ignore", " ", Empty),
        ("text", " ", Empty),
        ("column", "age=colour", ": 'colour' is unknown (one of number, category, date, ignore)"),
        ("missing", " ", Empty),
        ("delimiter", ";;", ": ';;' is not a delimiter: expected one character such as ; or the word tab"),
        ("decimal", "dot", ": 'dot' is unknown (one of point, comma)"),
        ("encoding", "utf-9", ": 'utf-9' is not a known encoding: expected a name such as utf-8, utf-16 or windows-1252"),
        ("no-header", "maybe", ": 'maybe' is neither true nor false"),
        ("sheet", " ", Empty),
        ("validation", " ", Empty),
        ("group", " ", Empty),
        ("order", " ", Empty),
        ("weight", " ", Empty),

        ("hidden", "64,0", ": '0' is not a size: expected whole numbers between 1 and 65,536 separated by commas, such as 64,32, or 'none'"),
        ("activation", "softplus", ": 'softplus' is unknown (one of relu, leaky-relu, gelu, tanh, sigmoid, identity)"),
        ("dropout", "1", BelowOne),
        ("initialization", "zero", ": 'zero' is unknown (one of he, xavier)"),
        ("loss", "hubert", ": 'hubert' is unknown; did you mean 'huber'? (one of cross-entropy, squared-error, huber)"),
        ("huber-delta", "0", ": 0 is out of range: must be above 0"),
        ("label-smoothing", "1", BelowOne),
        ("class-weights", "a=0", ": 'a=0' is not LABEL=WEIGHT with a weight above 0; expected that or 'balanced'"),

        ("optimizer", "adan", ": 'adan' is unknown; did you mean 'adam'? (one of sgd, momentum, nesterov, adam, adamw)"),
        ("learning-rate", "1001", ": 1001 is out of range: must be above 0 and at most 1000"),
        ("momentum", "1", BelowOne),
        ("beta1", "1", BelowOne),
        ("beta2", "1", BelowOne),
        ("epsilon", "2", ": 2 is out of range: must be above 0 and at most 1"),
        ("weight-decay", "-1", ": -1 is out of range: must be between 0 and 1000"),
        ("clip", "1e309", ": '1e309' is not a number"),
        ("schedule", "cosin", ": 'cosin' is unknown; did you mean 'cosine'? (one of constant, step, cosine)"),
        ("warmup", "-1", ": -1 is out of range: must be at least 0"),
        ("step-epochs", "0", ": 0 is out of range: must be at least 1"),
        ("step-factor", "0", ": 0 is out of range: must be above 0 and at most 1"),
        ("minimum-learning-rate", "-1", ": -1 is out of range: must be at least 0"),

        ("epochs", "2.5", ": '2.5' is not a whole number"),
        ("batch", "0", ": 0 is out of range: must be between 1 and 1,048,576"),
        ("shard", "0", ": 0 is out of range: must be between 1 and 1,048,576"),
        ("gradient-format", "float16", ": 'float16' is unknown; did you mean 'bfloat16'? (one of float32, bfloat16)"),
        ("seed", "-1", ": '-1' is not a whole number from 0 to 18446744073709551615"),
        ("target-accuracy", "96", ": 96 is out of range: must be above 0 and at most 1 (0.96 is 96 %)"),
        ("target-loss", "low", ": 'low' is not a number"),
        ("patience", "0", ": 0 is out of range: must be at least 1"),
        ("from", "No_Name", ": 'No_Name' " + NoJobName),
        ("initial-weights", " ", Empty),
        ("name", "No_Name", ": 'No_Name' " + NoJobName),

        ("workers", "257", ": 257 is out of range: must be between 1 and 256"),
        ("min-workers", "0", ": 0 is out of range: must be between 1 and 10,000"),
        ("blocks", "0", ": 0 is out of range: must be between 1 and 256"),
        ("threads", "0", ": 0 is out of range: must be between 1 and 1,024"),
        ("store", " ", Empty),
        ("snapshot-every", "often", ": 'often' is neither a number of steps nor a time: expected 100, 30s, 2m or epoch"),
        ("audit-share", "1.5", ": 1.5 is out of range: must be between 0 and 1 (0.01 is 1 %)"),
        ("calibrate", "perhaps", ": 'perhaps' is neither true nor false"),
        ("out", " ", Empty),
    ];

    /// <summary>The name in camelCase, as in a job file.</summary>
    public static string MemberOf(string setting) => string.Concat(setting.Split('-').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
