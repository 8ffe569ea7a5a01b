using ArchUnitNET.Domain;

namespace Distributed.Architecture.Tests;

/// <summary>
/// The rooms of a project (its namespaces, which are its folders) and who uses whom, from ArchUnitNET's model.
/// </summary>
/// <remarks>
/// ArchUnitNET's own slices leave out types of the root namespace and report a circle without the types that close it, so the graph is built here.
/// </remarks>
internal sealed class Rooms
{
    private readonly Dictionary<string, SortedDictionary<string, string>> _uses = []; // room → used room → one dependency between them

    /// <param name="types">The types of one project.</param>
    public Rooms(IEnumerable<IType> types)
    {
        var all = types.Where(IsInARoom).ToList();
        var rooms = all.Select(RoomOf).ToHashSet();
        foreach (var room in rooms) _uses.Add(room, []);
        foreach (var dependency in all.SelectMany(type => type.Dependencies))
        {
            if (!IsInARoom(dependency.Target)) continue;
            var (from, to) = (RoomOf(dependency.Origin), RoomOf(dependency.Target));
            if (from != to && rooms.Contains(to)) _uses[from].TryAdd(to, $"{dependency.Origin.FullName} uses {dependency.Target.FullName}");
        }
    }

    /// <summary>The names of the rooms.</summary>
    public IReadOnlyCollection<string> Names => _uses.Keys;

    /// <summary>The rooms that a room uses.</summary>
    public IReadOnlyCollection<string> UsedBy(string room) => _uses[room].Keys;

    /// <summary>Every dependency between rooms that reach each other; empty when there is no circle.</summary>
    public IReadOnlyList<string> Circles()
    {
        var reached = _uses.Keys.ToDictionary(room => room, Reach);
        return
        [
            .. from use in _uses
               from target in use.Value
               where reached[target.Key].Contains(use.Key)
               orderby use.Key, target.Key
               select $"{use.Key} → {target.Key}: {target.Value}",
        ];
    }

    // The compiler's own types have no namespace.
    private static bool IsInARoom(IType type) => type.Namespace is not null;

    private static string RoomOf(IType type) => type.Namespace.FullName;

    private HashSet<string> Reach(string room)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(_uses[room].Keys);
        while (open.TryPop(out var next))
            if (reached.Add(next))
                foreach (var further in _uses[next].Keys) open.Push(further);
        return reached;
    }
}
