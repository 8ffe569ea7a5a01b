using System.Reflection;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Tests.Wire;

/// <summary>Fills records of any shape with seeded values, all fields distinct.</summary>
internal sealed class SampleValues(int seed)
{
    private readonly Random _random = new(seed);

    public object Make(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Make(inner);
        if (type == typeof(int)) return _random.Next(1, int.MaxValue);
        if (type == typeof(long)) return _random.NextInt64(1, long.MaxValue);
        if (type == typeof(ulong)) return (ulong)_random.NextInt64() * 2 + 1;
        if (type == typeof(double)) return _random.Next(4) == 0 ? double.NaN : _random.NextDouble() * 1e6;
        if (type == typeof(bool)) return _random.Next(2) == 0;
        if (type == typeof(string)) return $"text \"{_random.Next():x}\" ü";
        if (type == typeof(TimeSpan)) return TimeSpan.FromTicks(_random.NextInt64(1, 1L << 40));
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch.AddTicks(_random.NextInt64(1L << 50));
        if (type == typeof(JobId)) return new JobId($"job-{_random.Next():x}");
        if (type == typeof(WorkerId)) return new WorkerId($"host:1/{_random.Next():x}");
        if (type.IsEnum) return Enum.GetValues(type).GetValue(_random.Next(Enum.GetValues(type).Length))!;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return MakeList(type.GetGenericArguments()[0]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)) return MakeDictionary(type.GetGenericArguments());
        return MakeRecord(type);
    }

    private object MakeDictionary(Type[] types)
    {
        var made = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(types))!;
        made[Make(types[0])] = Make(types[1]);
        return made;
    }

    private Array MakeList(Type element)
    {
        var list = Array.CreateInstance(element, _random.Next(1, 4));
        for (var i = 0; i < list.Length; i++) list.SetValue(Make(element), i);
        return list;
    }

    private object MakeRecord(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).FirstOrDefault();
        var arguments = constructor?.GetParameters().Select(parameter => Make(parameter.ParameterType)).ToArray() ?? [];
        var made = constructor is null ? Activator.CreateInstance(type)! : constructor.Invoke(arguments);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            if (property.SetMethod is { IsPublic: true } && !arguments.Any(argument => Equals(argument, property.GetValue(made))))
                property.SetValue(made, Make(property.PropertyType));
        return made;
    }
}
