"""PyTorch's side of `compare`: reads "MODEL BATCH SECONDS" lines, answers each with one JSON line.

With WORLD_SIZE, RANK, MASTER_ADDR and MASTER_PORT set, the same under DistributedDataParallel over gloo: every rank reads the same lines,
rank 0 answers. A step is zero_grad, forward, cross-entropy, backward, SGD with momentum, one thread, on random data that is already in memory.
"""
import json, os, sys, time

# OpenBLAS chooses its kernels by the processor. An environment that pins older ones would slow this side down, so what it says counts only
# where the products of the chosen ones are wrong (old libraries on some new processors).
PINS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
pinned = {name: os.environ.pop(name) for name in PINS if name in os.environ} if "KEEP_PINS" not in os.environ else {}

import torch, torch.distributed as dist, torch.nn as nn

torch.set_num_threads(1)


def products_are_right():
    for rows, depth, columns in [(512, 784, 128), (784, 128, 512), (32, 1024, 1024), (10, 256, 128), (37, 53, 91)]:
        a, b = torch.randn(rows, depth), torch.randn(depth, columns)
        exact = a.double() @ b.double()
        for left, right in [(a, b), (a.t().contiguous().t(), b), (a, b.t().contiguous().t())]:
            if ((left @ right).double() - exact).abs().max() > 1e-4 * depth ** 0.5:
                return False
    return True


if not products_are_right():
    if not pinned:
        sys.exit("the library's matrix products are wrong on this processor")
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **pinned, "KEEP_PINS": "1"})

workers, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
if workers > 1:
    dist.init_process_group("gloo")
cells = {}


def make(model, batch):
    torch.manual_seed(0)
    dims = [int(width) for width in model.split("-")]
    layers = []
    for i in range(len(dims) - 1):
        layers.append(nn.Linear(dims[i], dims[i + 1]))
        if i + 2 < len(dims):
            layers.append(nn.ReLU())
    net = nn.Sequential(*layers)
    if workers > 1:
        net = nn.parallel.DistributedDataParallel(net)
    optimizer, loss = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9), nn.CrossEntropyLoss()
    x, y = torch.randn(batch, dims[0]), torch.randint(0, dims[-1], (batch,))

    def step():
        optimizer.zero_grad()
        loss(net(x), y).backward()
        optimizer.step()

    return step


for line in sys.stdin:
    model, batch, seconds = line.split()
    batch = int(batch)
    step = cells.setdefault((model, batch), None) or make(model, batch)
    cells[(model, batch)] = step
    for _ in range(10):
        step()
    started = time.perf_counter()
    step()
    count = max(3, int(float(seconds) / 4 / max(1e-4, time.perf_counter() - started)))
    if workers > 1:  # every rank makes the same number of steps
        agreed = torch.tensor([count])
        dist.broadcast(agreed, 0)
        count = int(agreed.item())
    best = float("inf")
    for _ in range(4):
        started = time.perf_counter()
        for _ in range(count):
            step()
        best = min(best, (time.perf_counter() - started) / count)
    if rank == 0:
        print(json.dumps({"model": model, "batch_per_worker": batch, "workers": workers,
                          "step_ms": round(best * 1e3, 4), "samples_per_second": round(batch * workers / best)}), flush=True)
