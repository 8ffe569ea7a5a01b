using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A cluster whose nodes prove with certificates that they belong to it.</summary>
[Collection(RunsAlone.Name)]
public sealed class SecureClusterTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [ClusterFact]
    public async Task It_loses_nodes_renews_its_certificates_changes_the_authority_keeps_strangers_out_and_trains_to_the_same_bits()
    {
        var place = await LoopbackPlace.StartAsync(core: 3, withCertificates: true);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2, place);
        using var next = new TestCertificates();
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("secure", new RunOptions { Blocks = 3, SnapshotEverySteps = 50 });
            await job.UntilStepAsync(100);

            // A node of another cluster and one without certificates: neither is counted, and both are told why.
            using (var others = new TestCertificates())
            {
                var foreign = StartStranger(cluster, place, "foreign", "--certificates", others.WriteNode(Path.Combine(place.Folder, "foreign")));
                var plain = StartStranger(cluster, place, "plain");
                await RealCluster.UntilAsync(
                    () => cluster.Core.Any(node => node.Lines.Any(line => line.Contains("was refused: the certificate is of another authority", StringComparison.Ordinal))),
                    () => "no core node has refused the node of another authority");
                await job.PauseWithinAsync(200);
                Assert.False(foreign.HasJoined);
                Assert.False(plain.HasJoined);
                foreign.Dispose();
                plain.Dispose();
            }
            await cluster.SettleAsync();
            cluster.AssertNoRewind(job);

            // Both authorities are accepted, then new certificates are of the new one: no step is lost.
            var both = place.Authority!.AuthorityPem + "\n" + next.AuthorityPem;
            place.Authority.WriteNode(place.Certificates!, both);
            next.WriteNode(place.Certificates!, both);
            await cluster.Workers[0].KillAsync();
            cluster.Workers.RemoveAt(0);
            cluster.AddWorker();
            await cluster.SettleAsync();
            await job.PauseWithinAsync(200);
            cluster.AssertNoRewind(job);

            // A parameter server that dies comes back with a certificate of the new authority.
            var core = cluster.Core.First(node => node != cluster.FindCoordinator("secure"));
            await core.KillAsync();
            core.StartAgain();
            await cluster.SettleCoreAsync();
            await job.PauseWithinAsync(200);
            await job.CancelAsync();
        });
    }

    private static NodeProcess StartStranger(RealCluster cluster, ClusterPlace place, string name, params string[] flags) => NodeProcess.Start(
        name, [], ["--roles", "worker", "--seed-nodes", string.Join(",", place.Seeds), "--data-dir", cluster.DataFolderOf(name), .. flags]);
}
