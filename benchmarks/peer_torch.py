"""PyTorch on the nets of `bench_learning`; run by the interpreter that has it: BOARDS.npz REPEATS.

BOARDS.npz holds `before` and `after` (batches, boards, rows, cols) and the first weights of every net. Prints PyTorch's version,
then for every net its name, the loss of the first batch, and steps a second by the clock and of the processor (medians, each
with the best of one and two threads, because two of them wait for each other on a busy machine, and of two forms: PyTorch's
convolutions, and patches with matrix products).
"""

import statistics
import sys
import time

import numpy as np
import torch
from torch import nn

given = np.load(sys.argv[1])
before, after = (torch.tensor(given[name], dtype=torch.float32)[:, :, None] for name in ("before", "after"))


def patches(boards):
    """The nine cells around every cell, at -1 and 1, shape (cells, 9)."""
    padded = nn.functional.pad(2 * boards - 1, (1, 1, 1, 1), mode="circular")
    return nn.functional.unfold(padded, 3).transpose(1, 2).reshape(-1, 9)


class Convolutions(nn.Module):
    """A 3x3 convolution on a torus, then 1x1 convolutions."""

    def __init__(self, name):
        super().__init__()
        count = sum(key.startswith(f"{name} weight") for key in given.files)
        weights = [given[f"{name} weight {k}"] for k in range(count)]
        layers = []
        for k, weight in enumerate(weights):
            fan, width = weight.shape
            side = 3 if k == 0 else 1
            options = {"padding": 1, "padding_mode": "circular"} if k == 0 else {}
            layer = nn.Conv2d(1 if k == 0 else fan, width, side, **options)
            layer.weight.data = torch.tensor(weight.T.reshape(layer.weight.shape))
            layer.bias.data.zero_()
            layers += [layer, nn.ReLU()]
        self.net = nn.Sequential(*layers[:-1])

    def forward(self, boards):
        return self.net(2 * boards - 1)

    def products(self, boards):
        values = patches(boards)
        for layer in self.net:
            values = values @ layer.weight.flatten(1).T + layer.bias if isinstance(layer, nn.Conv2d) else layer(values)
        return values.view_as(boards)


class GroupNet(nn.Module):
    """The D4 net: one lifting convolution with turned filters, one group layer as a 1x1 convolution, the mean over the group."""

    def __init__(self, name):
        super().__init__()
        self.lift = nn.Parameter(torch.tensor(given[f"{name} lift"]))
        self.mix = nn.Parameter(torch.tensor(given[f"{name} mix"]))
        self.weight = nn.Parameter(torch.tensor(given[f"{name} readout"]))
        self.biases = nn.ParameterList(
            [torch.zeros(self.lift.shape[1]), torch.zeros(self.mix.shape[2]), torch.zeros(1)]
        )
        self.places = torch.tensor(given["places"])
        self.quotients = torch.tensor(given["quotients"])

    def forward(self, boards):
        order = len(self.places)
        kernel = self.lift[self.places].permute(0, 2, 1).reshape(-1, 1, 3, 3)
        padded = nn.functional.pad(2 * boards - 1, (1, 1, 1, 1), mode="circular")
        hidden = torch.relu(nn.functional.conv2d(padded, kernel, self.biases[0].repeat(order)))
        blocks = self.mix[self.quotients].permute(0, 3, 1, 2).reshape(-1, hidden.shape[1], 1, 1)
        hidden = torch.relu(nn.functional.conv2d(hidden, blocks, self.biases[1].repeat(order)))
        pooled = hidden.unflatten(1, (order, -1)).mean(1)
        return torch.einsum("bkrc,k->brc", pooled, self.weight)[:, None] + self.biases[2]

    def products(self, boards):
        order = len(self.places)
        kernel = self.lift[self.places].permute(1, 0, 2).reshape(9, -1)
        hidden = torch.relu(patches(boards) @ kernel + self.biases[0].repeat(order))
        blocks = self.mix[self.quotients].permute(1, 2, 0, 3).reshape(hidden.shape[1], -1)
        hidden = torch.relu(hidden @ blocks + self.biases[1].repeat(order))
        pooled = hidden.unflatten(1, (order, -1)).mean(1)
        return (pooled @ self.weight + self.biases[2]).view_as(boards)


print(torch.__version__)
for name in given["names"]:
    net = GroupNet(name) if f"{name} lift" in given.files else Convolutions(name)
    optimiser, loss_of = torch.optim.Adam(net.parameters(), lr=1e-3), nn.BCEWithLogitsLoss()

    def step(k, form, net=net, optimiser=optimiser, loss_of=loss_of):
        optimiser.zero_grad()
        loss = loss_of(form(before[k % len(before)]), after[k % len(after)])
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        return float(loss.detach())

    same = torch.allclose(net(before[0]), net.products(before[0]), atol=1e-4)
    first = step(0, net) if same else float("nan")
    best = [0.0, 0.0]
    for form, threads in ((net, 1), (net, 2), (net.products, 1), (net.products, 2)):
        torch.set_num_threads(threads)
        taken = []
        for k in range(int(sys.argv[2])):
            clock, processor = time.perf_counter(), time.process_time()
            step(k, form)
            taken.append((time.perf_counter() - clock, time.process_time() - processor))
        best = [max(old, 1 / statistics.median(new)) for old, new in zip(best, zip(*taken, strict=True), strict=True)]
    print(name, first, *best)
