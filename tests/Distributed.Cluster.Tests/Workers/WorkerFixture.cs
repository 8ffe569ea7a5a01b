using Akka.TestKit;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Measures;
using Distributed.Cluster.TensorPlane;
using Distributed.Cluster.Tests.Actors;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Tests.Workers;

/// <summary>The environment of a node's workers: coordinators, blocks and the data actor are probes.</summary>
public abstract class WorkerFixture : ActorSpec
{
    private protected static readonly EncodedDataSet Buyers = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });

    private protected static readonly JobSpecification Specification = SampleJob.Specification with
    {
        Data = new DataIdentity(Buyers.Sha256, Buyers.Training.Rows, Buyers.Validation?.Rows ?? 0),
        Network = new NetworkSpecification
        {
            Inputs = Buyers.Training.Inputs,
            Hidden = [4],
            Outputs = Buyers.Training.Outputs,
            Output = Buyers.Training.IsClassification ? OutputKind.Softmax : OutputKind.Linear,
            Loss = Buyers.Training.IsClassification ? LossKind.CrossEntropy : LossKind.SquaredError,
        },
    };

    private protected WorkerFixture()
    {
        (Coordinators, Blocks, Data, Parent) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        Node = new WorkerSurroundings(Coordinators.Ref, Blocks.Ref, Data.Ref, Datasets, Plane, new NodeWeights(), Activity);
    }

    private protected TestProbe Coordinators { get; }

    private protected TestProbe Blocks { get; }

    private protected TestProbe Data { get; }

    private protected TestProbe Parent { get; }

    private protected NodeDatasets Datasets { get; } = new();

    private protected DataPlane Plane { get; } = new();

    private protected NodeActivity Activity { get; } = new();

    private protected WorkerSurroundings Node { get; }

    private protected static int Parameters => new Network(Specification.Network).Layout.Count;

    private protected static JoinJob JoinOf(long lineage = 1, long term = 1, int blocks = 1) => new(SampleJob.Id, term, lineage, blocks, Specification);

    protected override void AfterAll()
    {
        Activity.Dispose();
        base.AfterAll();
    }
}
