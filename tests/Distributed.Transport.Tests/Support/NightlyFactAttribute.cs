namespace Distributed.Transport.Tests;

/// <summary>A test of minutes: runs when DISTRIBUTED_NIGHTLY is set, otherwise its shorter sibling has to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NightlyFactAttribute : FactAttribute
{
    public NightlyFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISTRIBUTED_NIGHTLY")))
            Skip = "takes minutes; runs when DISTRIBUTED_NIGHTLY is set";
    }
}
