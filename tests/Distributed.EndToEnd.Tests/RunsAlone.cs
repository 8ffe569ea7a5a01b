// Each test starts a cluster of processes: two at once would share the cores that one needs.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
