// Two rooms that reach each other, over a third one. The tests read them; nothing runs them.
#pragma warning disable IDE0130 // One file for three namespaces: they are a fixture.
#pragma warning disable CS0649 // Nothing runs them, so nothing assigns their fields.
#pragma warning disable IDE0065 // A using directive for one of the namespaces.

namespace Distributed.Architecture.Tests.Fixtures.Circle.Upper
{
    internal static class Top
    {
        public static int Count() => Middle.Between.Count();
    }
}

namespace Distributed.Architecture.Tests.Fixtures.Circle.Middle
{
    internal static class Between
    {
        public static int Count() => Lower.Bottom.Count().Length;
    }
}

namespace Distributed.Architecture.Tests.Fixtures.Circle.Lower
{
    internal static class Bottom
    {
        // The arrow upwards is a call in a lambda alone: no signature and no field names it.
        public static int[] Count() => [.. Enumerable.Range(0, 2).Select(i => Upper.Top.Count() + i)];
    }
}

namespace Distributed.Architecture.Tests.Fixtures.Stairs.Upper
{
    internal static class Top
    {
        public static int Count() => Lower.Bottom.Count();
    }
}

namespace Distributed.Architecture.Tests.Fixtures.Stairs.Lower
{
    internal static class Bottom
    {
        public static int Count() => 1;
    }
}

namespace Distributed.Architecture.Tests.Fixtures.Arrows.Upper
{
    internal sealed class Target
    {
        public const int Constant = 7;

        public static int Field;

        public int Property { get; set; }

        public static int Call() => 1;
    }

    [AttributeUsage(AttributeTargets.All)]
    internal sealed class MarkAttribute : Attribute;

    internal interface IContract;
}

namespace Distributed.Architecture.Tests.Fixtures.Arrows.Lower
{
    using Upper;

    /// <summary>One way each in which code names a type of another room.</summary>
    internal static class Ways
    {
        internal sealed class InField { public Target? One; }

        internal sealed class InProperty { public Target? One { get; set; } }

        internal sealed class InParameter { public static void Use(Target one) => ArgumentNullException.ThrowIfNull(one); }

        internal sealed class InReturn { public static Target? Make() => null; }

        internal sealed class InCall { public static int Use() => Target.Call(); }

        internal sealed class InFieldAccess { public static int Use() => Target.Field; }

        internal sealed class InLambda { public static Func<int> Use() => () => Target.Call(); }

        internal sealed class InClosure { public static Func<int> Use(int more) => () => Target.Call() + more; }

        internal sealed class InMethodGroup { public static Func<int> Use() => Target.Call; }

        internal sealed class InIterator { public static IEnumerable<int> Use() { yield return Target.Call(); } }

        internal sealed class InAsync { public static async Task<int> Use() { await Task.Yield(); return Target.Call(); } }

        internal sealed class InLocalFunction { public static int Use() { return Inner(); static int Inner() => Target.Call(); } }

        internal sealed class InGenericArgument { public static List<Target> Use() => []; }

        internal sealed class InGenericCall { public static Target[] Use() => Array.Empty<Target>(); }

        internal sealed class InArray { public Target[]? Many; }

        internal sealed class InTypeOf { public static Type Use() => typeof(Target); }

        internal sealed class InCast { public static bool Use(object one) => one is Target; }

        internal sealed class InNew { public static object Use() => new Target(); }

        internal sealed class InAttribute { [Mark] public int One { get; set; } }

        internal sealed class InInterface : IContract;

        internal sealed class InConstraint<T> where T : IContract;
    }
}
