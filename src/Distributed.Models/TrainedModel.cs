using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;

namespace Distributed.Models;

/// <summary>
/// A trained network with the encoding of its data: takes raw rows and answers with a class or a value. Immutable, and safe to ask
/// from several threads.
/// </summary>
public sealed class TrainedModel
{
    private const int RowsAtOnce = 64;

    private readonly Network _network;
    private readonly float[] _parameters;
    private readonly float[] _answering; // the same array where there is no temperature
    private readonly PackedWeights _packed;
    private ShardComputer? _spareComputer;

    /// <summary>Puts a model together.</summary>
    /// <param name="network">The network.</param>
    /// <param name="encoding">How raw rows become its inputs, and what its outputs mean.</param>
    /// <param name="parameters">The flat parameter vector; copied.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other; the message says how.</exception>
    public TrainedModel(
        NetworkSpecification network, FeatureEncoding encoding, ReadOnlySpan<float> parameters, ModelOrigin? origin = null)
        : this(network, encoding, parameters.ToArray(), origin, null)
    {
    }

    internal TrainedModel(
        NetworkSpecification network, FeatureEncoding encoding, float[] parameters, ModelOrigin? origin, ModelCalibration? calibration)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(encoding);
        if (ModelFolder.Mismatch(network, encoding) is { } problem)
            throw new ArgumentException(problem, nameof(encoding));
        _network = new Network(network);
        if (parameters.Length != _network.Layout.Count)
            throw new ArgumentException($"the network has {_network.Layout.Count} parameters, not {parameters.Length}", nameof(parameters));
        (_parameters, Calibration) = (parameters, calibration);
        _answering = calibration is null ? parameters : Scaled(parameters, _network.Layout.Layers[^1], calibration.Factor);
        _packed = new PackedWeights(_network);
        _network.Pack(_answering, _packed);
        Encoding = encoding;
        Origin = origin ?? new ModelOrigin();
    }

    /// <summary>The same weights under another reading of rows.</summary>
    private TrainedModel(TrainedModel other, FeatureEncoding encoding)
    {
        (_network, _parameters, _answering, _packed) = (other._network, other._parameters, other._answering, other._packed);
        (Origin, Calibration) = (other.Origin, other.Calibration);
        Encoding = encoding;
    }

    /// <summary>The network.</summary>
    public NetworkSpecification Network => _network.Specification;

    /// <summary>How raw rows become inputs, and what the outputs mean.</summary>
    public FeatureEncoding Encoding { get; }

    /// <summary>Where the model comes from.</summary>
    public ModelOrigin Origin { get; }

    /// <summary>How its probabilities were calibrated; null where they are the network's own.</summary>
    public ModelCalibration? Calibration { get; }

    /// <summary>The flat parameter vector, as trained.</summary>
    public ReadOnlySpan<float> Parameters => _parameters;

    /// <summary>The flat parameter vector that answers: the trained one, whose last layer is divided by the temperature of <see cref="Calibration"/>.</summary>
    public ReadOnlySpan<float> AnsweringParameters => _answering;

    /// <summary>The same, for those that keep it until it is written.</summary>
    internal ReadOnlyMemory<float> ParameterMemory => _parameters;

    /// <summary>Bytes that its weights take in memory: the vector, and the copies that products read.</summary>
    public long WeightBytes => sizeof(float) * ((long)_parameters.Length + (Calibration is null ? 0 : _answering.Length)) + _packed.Bytes;

    /// <summary>Loads a model.</summary>
    /// <param name="folder">A folder with <c>model.json</c> and <c>weights.safetensors</c>, or one whose <c>best</c> or <c>last</c> has them.</param>
    /// <returns>The model.</returns>
    /// <exception cref="DataException">There is no model, or it is damaged; says which file and what is wrong.</exception>
    public static TrainedModel Load(string folder) => ModelFolder.Load(folder);

    /// <summary>Saves the model; each of the two files appears whole or not at all.</summary>
    /// <param name="folder">The folder; made if it is not there. A model in it is replaced.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Save(string folder) => ModelFolder.Save(this, folder);

    /// <summary>
    /// The same model, whose predictions refuse rows with a text that is no category, or something unreadable in a column of numbers or dates
    /// (<see cref="FeatureEncoding.IsStrict"/>). It shares the weights.
    /// </summary>
    public TrainedModel Strictly() => new(this, Encoding with { IsStrict = true });

    /// <summary>
    /// The same model with calibrated probabilities (<see cref="ModelCalibration"/>). Its trained parameters and their hash stay.
    /// </summary>
    /// <param name="heldOut">Samples encoded with <see cref="Encoding"/> that it did not learn from, at least one.</param>
    /// <exception cref="ArgumentException">It is a regression, or the samples were encoded for another model, or there are none.</exception>
    public TrainedModel Calibrated(ISampleSource heldOut)
    {
        Require(heldOut);
        if (!Network.IsClassification || heldOut.Rows == 0)
            throw new ArgumentException("a calibration needs a classifier, and samples that it did not learn from", nameof(heldOut));
        return new TrainedModel(Network, Encoding, _parameters, Origin, TemperatureFit.Of(Network, _parameters, heldOut));
    }

    /// <summary>The same model with the network's own probabilities.</summary>
    public TrainedModel Uncalibrated() => Calibration is null ? this : new TrainedModel(Network, Encoding, _parameters, Origin, null);

    /// <summary>Answers one raw row.</summary>
    /// <param name="row">Each column's cell, as in a file; entries of other columns are ignored.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="DataException">A column is missing, or a cell does not fit its column.</exception>
    public Prediction Predict(IReadOnlyDictionary<string, string> row)
    {
        var inputs = new float[Network.Inputs];
        Encoding.EncodeRow(row, inputs);
        return Answer(1, (_, _, into) => inputs.CopyTo(into))[0];
    }

    /// <summary>Answers raw rows in their order.</summary>
    /// <param name="rows">The rows, as for one.</param>
    /// <returns>An answer for each.</returns>
    /// <exception cref="DataException">A column is missing, or a cell does not fit its column; its line is the row's number, from 1.</exception>
    public IReadOnlyList<Prediction> Predict(IEnumerable<IReadOnlyDictionary<string, string>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var all = rows.ToList();
        return Answer(all.Count, (first, count, into) =>
        {
            for (var i = 0; i < count; i++)
            {
                try
                {
                    Encoding.EncodeRow(all[first + i], into.AsSpan(i * Network.Inputs, Network.Inputs));
                }
                catch (DataException error)
                {
                    throw new DataException(error.Problem, error.Advice, "the rows", first + i + 1, error.Column, error);
                }
            }
        });
    }

    /// <summary>Answers all rows of a source, which need not have the target column.</summary>
    /// <param name="source">A CSV file, an IDX images file or folder, or a built-in data set's name.</param>
    /// <returns>An answer for each row, in the source's order.</returns>
    /// <exception cref="DataException">The source cannot be read or does not fit the model.</exception>
    public IReadOnlyList<Prediction> PredictFile(string source) => PredictFile(source, Encoding);

    /// <summary>Answers all rows of a table that is written in another way than the one of the training.</summary>
    /// <param name="source">As for <see cref="PredictFile(string)"/>.</param>
    /// <param name="written">How it is written.</param>
    /// <returns>An answer for each row, in the source's order.</returns>
    /// <exception cref="DataException">The source cannot be read or does not fit the model.</exception>
    public IReadOnlyList<Prediction> PredictFile(string source, TableFormat written) => PredictFile(source, Encoding with { Format = written });

    private Prediction[] PredictFile(string source, FeatureEncoding encoding)
    {
        var inputs = DataSets.LoadInputs(source, encoding);
        return Answer(inputs.Rows, (first, count, into) => inputs.CopyTo(first, count, into));
    }

    /// <summary>Tells how far each column of a raw row moves the answer, by sampled Shapley values (<see cref="Explanation"/>).</summary>
    /// <param name="row">As for <see cref="Predict(IReadOnlyDictionary{string, string})"/>.</param>
    /// <param name="label">The class whose probability is explained; null: the answer.</param>
    /// <returns>The explanation; of equal rows the same.</returns>
    /// <exception cref="DataException">The row does not fit the model, the model knows no such class, or it reads images.</exception>
    public Explanation Explain(IReadOnlyDictionary<string, string> row, string? label = null) => RowExplanations.OfCells(this, row, label);

    /// <summary>Measures the model on all rows of a source that has the targets too.</summary>
    /// <param name="source">A CSV file, an IDX images file or folder, or a built-in data set's name.</param>
    /// <returns>The measures.</returns>
    /// <exception cref="DataException">The source cannot be read or does not fit the model.</exception>
    public ModelEvaluation EvaluateFile(string source) => Evaluate(DataSets.LoadSamples(source, Encoding));

    /// <summary>Measures the model on encoded samples.</summary>
    /// <param name="samples">Samples encoded with <see cref="Encoding"/>.</param>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">The samples have other inputs, outputs or another task than the model.</exception>
    public ModelEvaluation Evaluate(ISampleSource samples)
    {
        Require(samples);
        var computer = TakeComputer();
        var report = samples.IsClassification ? new ClassificationReport(Encoding.Target.Classes) : null;
        var probabilities = report is null ? null : new ProbabilityReport(report.Classes.Count);
        var rows = new int[RowsAtOnce];
        var inputs = new float[RowsAtOnce * samples.Inputs];
        var labels = new int[RowsAtOnce];
        var targets = new float[RowsAtOnce * samples.Outputs];
        var outputs = new float[RowsAtOnce * samples.Outputs];
        var weights = new float[samples.HasWeights ? RowsAtOnce : 0];
        var total = new ShardMetrics();
        for (var first = 0; first < samples.Rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, samples.Rows - first);
            for (var i = 0; i < count; i++)
                rows[i] = first + i;
            samples.Gather(rows.AsSpan(0, count), inputs, labels, targets);
            var features = inputs.AsSpan(0, count * samples.Inputs);
            var batch = report is not null
                ? new Samples(features, labels.AsSpan(0, count), count)
                : new Samples(features, targets.AsSpan(0, count * samples.Outputs), count);
            if (samples.HasWeights)
            {
                samples.GatherWeights(rows.AsSpan(0, count), weights);
                batch = batch with { Weights = weights.AsSpan(0, count) };
            }

            total = ShardMetrics.Add(total, computer.Evaluate(_answering, _packed, batch));
            if (report is null)
                continue;
            computer.Predict(_answering, _packed, features, count, outputs.AsSpan(0, count * samples.Outputs));
            report.Add(labels.AsSpan(0, count), outputs.AsSpan(0, count * samples.Outputs));
            probabilities!.Add(labels.AsSpan(0, count), outputs.AsSpan(0, count * samples.Outputs));
        }

        ReturnComputer(computer);
        return new ModelEvaluation(
            samples.Rows, total.MeanLoss, report,
            report is null ? total.MeanAbsoluteError * Encoding.Target.Scale : null,
            report is null ? total.RSquared : null)
        {
            Probabilities = probabilities,
            Uncalibrated = Calibration is null ? null : Uncalibrated().Evaluate(samples).Probabilities,
            RootMeanSquaredError = report is null && total.MeanSquaredError is { } square ? Math.Sqrt(square) * Encoding.Target.Scale : null,
        };
    }

    private void Require(ISampleSource samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Inputs != Network.Inputs || samples.Outputs != Network.Outputs || samples.IsClassification != Network.IsClassification)
            throw new ArgumentException("the samples were encoded for another model", nameof(samples));
    }

    private static float[] Scaled(float[] parameters, LayerLayout last, float factor)
    {
        var scaled = parameters.ToArray();
        foreach (ref var weight in scaled.AsSpan(last.WeightOffset, last.WeightCount)) weight *= factor;
        foreach (ref var bias in scaled.AsSpan(last.BiasOffset, last.Outputs)) bias *= factor;
        return scaled;
    }

    /// <summary>Answers encoded rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="fill">Writes some of them, from a row on, into [rows × inputs].</param>
    internal Prediction[] Answer(int rows, Action<int, int, float[]> fill)
    {
        var computer = TakeComputer();
        var inputs = new float[Math.Min(rows, RowsAtOnce) * Network.Inputs];
        var outputs = new float[Math.Min(rows, RowsAtOnce) * Network.Outputs];
        var answers = new Prediction[rows];
        for (var first = 0; first < rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows - first);
            fill(first, count, inputs);
            var answered = outputs.AsSpan(0, count * Network.Outputs);
            computer.Predict(_answering, _packed, inputs.AsSpan(0, count * Network.Inputs), count, answered);
            for (var i = 0; i < count; i++)
                answers[first + i] = AnswerOf(answered.Slice(i * Network.Outputs, Network.Outputs));
        }

        ReturnComputer(computer);
        return answers;
    }

    private Prediction AnswerOf(ReadOnlySpan<float> outputs) => Encoding.Task == TaskKind.Classify
        ? new Prediction(Encoding.Target.Classes[ClassificationReport.PredictedClass(outputs)], outputs.ToArray(), null)
        : new Prediction(null, [], Encoding.Target.Value(outputs[0]));

    /// <summary>A workspace serves one caller at a time: the spare one, or a new one when another thread has it.</summary>
    private ShardComputer TakeComputer() => Interlocked.Exchange(ref _spareComputer, null) ?? new ShardComputer(_network, RowsAtOnce);

    private void ReturnComputer(ShardComputer computer) => Interlocked.Exchange(ref _spareComputer, computer);
}
