"""PyTorch's side of `compare`: reads "MODEL BATCH SECONDS" lines, answers each with one JSON line.

A step is zero_grad, forward, cross-entropy, backward, SGD with momentum, one thread, on random data that is already in memory.
"""
import json, sys, time
import torch, torch.nn as nn

torch.set_num_threads(1)
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
    best = float("inf")
    for _ in range(4):
        started = time.perf_counter()
        for _ in range(count):
            step()
        best = min(best, (time.perf_counter() - started) / count)
    print(json.dumps({"model": model, "batch_per_worker": batch, "workers": 1,
                      "step_ms": round(best * 1e3, 4), "samples_per_second": round(batch / best)}), flush=True)
