using System.Buffers.Binary;
using System.Globalization;

namespace Distributed.Models.Onnx;

/// <summary>The element types that are used, by their numbers in <c>TensorProto.DataType</c>.</summary>
internal enum OnnxType
{
    /// <summary>float32.</summary>
    Float = 1,

    /// <summary>Whole numbers of 64 bits.</summary>
    Int64 = 7,

    /// <summary>Texts.</summary>
    Text = 8,

    /// <summary>float64.</summary>
    Double = 11,
}

/// <summary>
/// A graph in the making: inputs, constants, nodes and outputs, each known by its name. The numbers of the fields are those of
/// <c>onnx.proto3</c> (https://github.com/onnx/onnx).
/// </summary>
/// <remarks>
/// All values of a graph share one namespace, and names of columns enter it. Inputs and outputs, whose names are promised, are declared
/// first and keep them; a constant or node whose wanted name is taken gets a free one: go on with the name that is returned.
/// </remarks>
internal sealed class OnnxGraph
{
    /// <summary>The name of the free dimension, the rows of a request.</summary>
    private const string Rows = "rows";

    private const int IrVersion = 8, OperatorSet = 17, MachineLearningOperatorSet = 3;
    private const string MachineLearning = "ai.onnx.ml";

    private readonly List<ProtoMessage> _nodes = [], _constants = [], _inputs = [], _outputs = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal), _awaited = new(StringComparer.Ordinal);
    private bool _usesMachineLearning;

    /// <summary>Declares an input of [rows], or [rows × width].</summary>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public string Input(string name, OnnxType type, int? width, string description)
    {
        Promise(name);
        _inputs.Add(Value(name, type, width, description));
        return name;
    }

    /// <summary>Declares an output of [rows], or [rows × width]; the node of that name makes it.</summary>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public void Output(string name, OnnxType type, int? width, string description)
    {
        Promise(name);
        _awaited.Add(name);
        _outputs.Add(Value(name, type, width, description));
    }

    /// <summary>A name that no other has: the wanted one, or it with the first free number.</summary>
    public static string FreeName(string wanted, HashSet<string> taken)
    {
        var name = wanted;
        for (var number = 2; !taken.Add(name); number++)
            name = wanted + "_" + number.ToString(CultureInfo.InvariantCulture);
        return name;
    }

    /// <summary>A constant of float32; the memory is read when the model is written.</summary>
    public string Constant(string name, ReadOnlyMemory<float> values, params ReadOnlySpan<long> shape) =>
        Constant(name, OnnxType.Float, shape, tensor => tensor.Floats(9, values));

    /// <summary>A constant of float64.</summary>
    public string Constant(string name, IReadOnlyList<double> values, params ReadOnlySpan<long> shape)
    {
        var bytes = new byte[values.Count * sizeof(double)];
        for (var i = 0; i < values.Count; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return Constant(name, OnnxType.Double, shape, tensor => tensor.Bytes(9, bytes));
    }

    /// <summary>A constant list of whole numbers.</summary>
    public string Constant(string name, IReadOnlyList<long> values)
    {
        var bytes = new byte[values.Count * sizeof(long)];
        for (var i = 0; i < values.Count; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return Constant(name, OnnxType.Int64, [values.Count], tensor => tensor.Bytes(9, bytes));
    }

    /// <summary>A constant list of texts.</summary>
    public string Constant(string name, IReadOnlyList<string> values) =>
        Constant(name, OnnxType.Text, [values.Count], tensor => tensor.Texts(6, values));

    /// <summary>A node of the standard operators.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="output">The wanted name of its only output.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">Made by <see cref="Attribute(string, long)"/> and its like.</param>
    /// <returns>The output's name: the wanted one, or a free one where that is taken.</returns>
    public string Node(string operation, string output, IReadOnlyList<string> inputs, params ReadOnlySpan<ProtoMessage> attributes) =>
        Add(operation, output, inputs, attributes, domain: null);

    /// <summary>One input per text of a list, 1 for the row's text and 0 for the others.</summary>
    /// <param name="output">The wanted name of its only output.</param>
    /// <param name="input">The texts.</param>
    /// <param name="categories">The list.</param>
    /// <param name="takesAny">Whether a text that is not in the list has zeros alone; otherwise it is an error.</param>
    public string OneHot(string output, string input, IReadOnlyList<string> categories, bool takesAny = false)
    {
        _usesMachineLearning = true;
        var list = new ProtoMessage().Text(1, "cats_strings").Texts(9, categories).Integer(20, 8);
        return Add("OneHotEncoder", output, [input], [list, Attribute("zeros", takesAny ? 1 : 0)], MachineLearning);
    }

    /// <summary>An attribute that is a whole number.</summary>
    public static ProtoMessage Attribute(string name, long value) => new ProtoMessage().Text(1, name).Integer(3, value).Integer(20, 2);

    /// <summary>An attribute that is a float32.</summary>
    public static ProtoMessage Attribute(string name, float value) => new ProtoMessage().Text(1, name).Single(2, value).Integer(20, 1);

    /// <summary>The whole model.</summary>
    /// <exception cref="InvalidOperationException">No node makes a declared output.</exception>
    public ProtoMessage Model(string name, string description, IEnumerable<(string Key, string Value)> metadata)
    {
        if (_awaited.Count > 0) throw new InvalidOperationException($"no node makes the output {_awaited.First()}");
        var graph = new ProtoMessage();
        foreach (var node in _nodes) graph.Message(1, node);
        graph.Text(2, name);
        foreach (var constant in _constants) graph.Message(5, constant);
        foreach (var input in _inputs) graph.Message(11, input);
        foreach (var output in _outputs) graph.Message(12, output);

        var model = new ProtoMessage().Integer(1, IrVersion).Text(2, "Distributed").Text(6, description);
        model.Message(8, new ProtoMessage().Text(1, "").Integer(2, OperatorSet));
        if (_usesMachineLearning) model.Message(8, new ProtoMessage().Text(1, MachineLearning).Integer(2, MachineLearningOperatorSet));
        foreach (var (key, value) in metadata) model.Message(14, new ProtoMessage().Text(1, key).Text(2, value));
        return model.Message(7, graph);
    }

    private string Add(
        string operation, string output, IReadOnlyList<string> inputs, ReadOnlySpan<ProtoMessage> attributes, string? domain)
    {
        if (!_awaited.Remove(output)) output = FreeName(output, _taken);
        var node = new ProtoMessage().Texts(1, inputs).Text(2, output).Text(3, output).Text(4, operation);
        foreach (var attribute in attributes) node.Message(5, attribute);
        if (domain is not null) node.Text(7, domain);
        _nodes.Add(node);
        return output;
    }

    private string Constant(string name, OnnxType type, ReadOnlySpan<long> shape, Func<ProtoMessage, ProtoMessage> addValues)
    {
        name = FreeName(name, _taken);
        var tensor = new ProtoMessage();
        foreach (var size in shape) tensor.Integer(1, size);
        _constants.Add(addValues(tensor.Integer(2, (long)type).Text(8, name)));
        return name;
    }

    private void Promise(string name)
    {
        if (!_taken.Add(name)) throw new InvalidOperationException($"the name {name} is taken: inputs and outputs are declared first");
    }

    private static ProtoMessage Value(string name, OnnxType type, int? width, string description)
    {
        var shape = new ProtoMessage().Message(1, new ProtoMessage().Text(2, Rows));
        if (width is { } count) shape.Message(1, new ProtoMessage().Integer(1, count));
        var tensor = new ProtoMessage().Integer(1, (long)type).Message(2, shape);
        return new ProtoMessage().Text(1, name).Message(2, new ProtoMessage().Message(1, tensor)).Text(3, description);
    }
}
