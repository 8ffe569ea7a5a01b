#!/usr/bin/env python3
"""Makes the losses that ReferenceRunTests pins: three short trainings with PyTorch (1.13, Debian's python3-torch).

Run:  python3 reference_runs.py > reference_losses.json

Data and initial weights come from one integer formula, which the test repeats in C#:

    number(k) = (mix(k) >> 40) / 2**24 * 2 - 1          in [-1, 1), exact in float32
    mix(k)    = SplitMix64's finaliser of k * 0x9E3779B97F4A7C15, modulo 2**64

Element j of array a takes k = a * 2**32 + j.  Weights are scaled by a power of two (2**-(bits of inputs // 2)),
so that they too are exact.
Mini-batch t holds the rows t * batch ... t * batch + batch - 1, modulo the number of rows: full passes, no shuffling.
Losses are the mean loss of each mini-batch before its update, computed in double precision from float32 numbers.
"""
import json
import torch

MASK = (1 << 64) - 1
STEPS = 50


def mix(k):
    word = k * 0x9E3779B97F4A7C15 & MASK
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ word >> 27) * 0x94D049BB133111EB & MASK
    return word ^ word >> 31


def numbers(array, count, scale=1.0):
    return [((mix((array << 32) + j) >> 40) / 2**24 * 2 - 1) * scale for j in range(count)]


def tensor(array, rows, columns, scale=1.0):
    return torch.tensor(numbers(array, rows * columns, scale), dtype=torch.float64).reshape(rows, columns)


class Dense(torch.nn.Module):
    """Layers of weights [inputs x outputs] and bias; arrays 10, 11, ... hold weights, 20, 21, ... biases."""

    def __init__(self, widths, activation):
        super().__init__()
        self.activation = activation
        self.weights = torch.nn.ParameterList()
        self.biases = torch.nn.ParameterList()
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            scale = 2.0 ** -(inputs.bit_length() // 2)
            self.weights.append(torch.nn.Parameter(tensor(10 + i, inputs, outputs, scale)))
            self.biases.append(torch.nn.Parameter(tensor(20 + i, 1, outputs, 0.125).reshape(-1)))

    def forward(self, x):
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = x @ weight + bias
            if i + 1 < len(self.weights):
                x = self.activation(x)
        return x


def labels(rows, classes, x):
    """A rule with some noise: the class whose signed sum of features is the highest, every 16th row another."""
    result = []
    for row in range(rows):
        features = x[row].tolist()
        sums = [sum(value if mix((3 << 32) + c * 1000 + j) & 1 else -value for j, value in enumerate(features)) for c in range(classes)]
        best = max(range(classes), key=lambda c: sums[c])
        result.append((best + 1) % classes if row % 16 == 0 else best)
    return torch.tensor(result)


def train(model, x, target, loss_function, optimizer, batch, schedule=None):
    losses = []
    rows = x.shape[0]
    for step in range(STEPS):
        chosen = [(step * batch + i) % rows for i in range(batch)]
        optimizer.zero_grad()
        loss = loss_function(model(x[chosen]), target[chosen])
        losses.append(loss.item())
        loss.backward()
        if model.clip is not None:
            torch.nn.utils.clip_grad_value_(model.parameters(), model.clip)
        optimizer.step()
        if schedule is not None:
            schedule.step()
    return losses


def classifier_with_momentum():
    x = tensor(1, 192, 20)
    model = Dense([20, 32, 16, 5], torch.relu)
    model.clip = None
    optimizer = torch.optim.SGD(model.parameters(), lr=0.125, momentum=0.9, weight_decay=0.001)
    return train(model, x, labels(192, 5, x), torch.nn.CrossEntropyLoss(), optimizer, batch=48)


def classifier_with_adam():
    x = tensor(1, 150, 12)
    model = Dense([12, 24, 4], torch.tanh)
    model.clip = None
    weight = torch.tensor([1.0, 2.0, 0.5, 1.5], dtype=torch.float64)
    loss = torch.nn.CrossEntropyLoss(weight=weight, label_smoothing=0.125)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.999), eps=1e-8)
    return train(model, x, labels(150, 4, x), loss, optimizer, batch=37)


def regression():
    """AdamW, GELU, Huber loss with two outputs, clipped gradients, cosine schedule."""
    x = tensor(1, 128, 8)
    target = torch.stack([x[:, 0] * x[:, 1] + x[:, 2], (x[:, 3] - 0.5 * x[:, 4]) * 2], dim=1).float().double()
    model = Dense([8, 16, 16, 2], torch.nn.functional.gelu)
    model.clip = 0.0625
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS, eta_min=0.001)
    return train(model, x, target, torch.nn.HuberLoss(delta=0.75), optimizer, batch=32, schedule=schedule)


torch.set_num_threads(1)
print(json.dumps({
    "torch": torch.__version__,
    "classifierWithMomentum": classifier_with_momentum(),
    "classifierWithAdam": classifier_with_adam(),
    "regression": regression(),
}, indent=1))
