"""The peers' side of `product`. Each command does once what a user of the library would do, and prints a JSON object of figures.

table FILE EPOCHS         pandas reads the table, scikit-learn scales it and fits its network; the last column is the target
mnist-sklearn FOLDER      scikit-learn's network 784-128-10 on MNIST, 10 epochs
mnist-torch FOLDER        the same with PyTorch and two threads, samples in memory
step-torch MODEL BATCH    a bare step of PyTorch with two threads and Adam: milliseconds
"""
import gzip, json, os, sys, time, warnings

# OpenBLAS chooses its kernels by the processor. An environment that pins older ones would slow this side down, so the pins count only where
# the products of the chosen kernels are wrong (old libraries on some new processors).
PINS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
pinned = {name: os.environ.pop(name) for name in PINS if name in os.environ} if "KEEP_PINS" not in os.environ else {}
warnings.filterwarnings("ignore")

import numpy as np


def products_are_right():
    for rows, depth, columns in [(512, 784, 128), (784, 128, 512), (32, 1024, 1024), (10, 256, 128), (37, 53, 91)]:
        a, b = np.random.randn(rows, depth).astype(np.float32), np.random.randn(depth, columns).astype(np.float32)
        if np.abs(a @ b - a.astype(np.float64) @ b.astype(np.float64)).max() > 1e-4 * depth ** 0.5:
            return False
    return True


def require_fast_products():
    """A peer on the reference library, which Debian installs without libopenblas0-pthread, would be ten times too slow."""
    a = np.random.randn(1024, 1024).astype(np.float32)
    a @ a
    started = time.perf_counter()
    a @ a
    speed = 2 * 1024 ** 3 / (time.perf_counter() - started) / 1e9
    if speed < 15:
        sys.exit(f"matrix products make only {speed:.1f} GFLOP/s here: install libopenblas0-pthread")


if pinned and not products_are_right():
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **pinned, "KEEP_PINS": "1"})


def mnist(folder):
    def read(name, offset):
        path = os.path.join(folder, name)
        raw = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
        return np.frombuffer(raw, np.uint8, offset=offset)

    def part(name):
        return read(f"{name}-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255, read(f"{name}-labels-idx1-ubyte", 8)

    return part("train") + part("t10k")


def table(file, epochs):
    import pandas
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    rows = pandas.read_csv(file)
    inputs, target = rows.iloc[:, :-1], rows.iloc[:, -1]
    numbers = list(inputs.select_dtypes("number").columns)
    texts = [column for column in inputs.columns if column not in numbers]
    encode = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers), (OneHotEncoder(handle_unknown="ignore"), texts))
    train, held_out, labels, expected = train_test_split(inputs, target, test_size=0.2, random_state=1)
    encoded = encode.fit_transform(train)
    network = MLPClassifier((64,), max_iter=int(epochs), random_state=1)
    started = time.perf_counter()
    network.fit(encoded, labels)
    return {"training": time.perf_counter() - started, "accuracy": network.score(encode.transform(held_out), expected)}


def mnist_sklearn(folder):
    from sklearn.neural_network import MLPClassifier

    x, y, held_out, expected = mnist(folder)
    network = MLPClassifier((128,), batch_size=128, max_iter=10, random_state=1, n_iter_no_change=99)
    started = time.perf_counter()
    network.fit(x, y)
    return {"training": time.perf_counter() - started, "accuracy": network.score(held_out, expected)}


def mnist_torch(folder):
    import torch

    torch.set_num_threads(2)
    x, y, held_out, expected = (torch.tensor(part) for part in mnist(folder))
    y, expected = y.long(), expected.long()
    network = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    optimizer, loss = torch.optim.Adam(network.parameters()), torch.nn.CrossEntropyLoss()
    started = time.perf_counter()
    for _ in range(10):
        order = torch.randperm(len(x))
        for first in range(0, len(x), 128):
            chosen = order[first:first + 128]
            optimizer.zero_grad()
            loss(network(x[chosen]), y[chosen]).backward()
            optimizer.step()
    seconds = time.perf_counter() - started
    with torch.no_grad():
        return {"training": seconds, "accuracy": (network(held_out).argmax(1) == expected).float().mean().item()}


def step_torch(model, batch):
    import torch

    torch.set_num_threads(2)
    widths = [int(width) for width in model.split("-")]
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer, loss = torch.optim.Adam(network.parameters()), torch.nn.CrossEntropyLoss()
    x, y = torch.randn(int(batch), widths[0]), torch.randint(0, widths[-1], (int(batch),))
    best = float("inf")
    for _ in range(8):
        started = time.perf_counter()
        for _ in range(5):
            optimizer.zero_grad()
            loss(network(x), y).backward()
            optimizer.step()
        best = min(best, (time.perf_counter() - started) / 5)
    return {"step": best * 1e3}


commands = {"table": table, "mnist-sklearn": mnist_sklearn, "mnist-torch": mnist_torch, "step-torch": step_torch}
require_fast_products()
print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
