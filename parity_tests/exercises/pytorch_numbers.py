"""Prints what PyTorch computes for docs/lessons/conventions.md, as JSON.

It runs in a process of its own: PyTorch and TensorFlow in one process may crash.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

import torch
from torch.nn import functional


def stepped(make: Any, gradients: list[float], rates: list[float], start: float = 0.0) -> float:
    """The weight after these gradients, each with its learning rate."""
    w = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = make([w])
    for g, rate in zip(gradients, rates):
        optimizer.param_groups[0]["lr"] = rate
        w.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
    return float(w.detach()[0])


def default(function: Any, name: str) -> Any:
    return inspect.signature(function).parameters[name].default


def numbers() -> dict[str, Any]:
    optim, nn = torch.optim, torch.nn
    layer = nn.BatchNorm1d(1, dtype=torch.float64)
    outputs = layer(torch.tensor([[1.0], [2.0], [6.0]], dtype=torch.float64))
    image, labels = torch.arange(1.0, 7.0).reshape(1, 1, 6), torch.tensor([0, 1])
    weights, logits = torch.tensor([1.0, 3.0]), torch.tensor([[2.0, 0.0], [1.0, 0.0]])
    linear = nn.Linear(100, 5000)
    try:
        functional.conv1d(image, torch.ones(1, 1, 3), stride=2, padding="same")
        same = "computed"
    except RuntimeError:
        same = "refused"
    return {
        "adam": [-stepped(optim.Adam, [g], [1.0]) for g in (1e-2, 1e-5, 1e-6)],
        "rmsprop": -stepped(optim.RMSprop, [1e-3], [1.0]),
        "adagrad": -stepped(optim.Adagrad, [1e-3], [1.0]),
        "velocity": stepped(lambda w: optim.SGD(w, momentum=0.9), [1.0, 1.0], [1.0, 0.1]),
        "coupled": stepped(lambda w: optim.Adam(w, weight_decay=0.01), [0.0], [0.1], 1.0),
        "decoupled": stepped(lambda w: optim.AdamW(w, weight_decay=0.01), [0.0], [0.1], 1.0),
        "normalized": outputs.detach().ravel().tolist(),
        "running_var": float(layer.running_var[0]),
        "padded": functional.conv1d(image, torch.ones(1, 1, 3), stride=2, padding=1)
        .ravel()
        .tolist(),
        "same with strides": same,
        "pooled": float(functional.avg_pool1d(image, 3, stride=1, padding=1).ravel()[0]),
        "each": functional.cross_entropy(logits, labels, reduction="none").tolist(),
        "weighted": float(functional.cross_entropy(logits, labels, weights)),
        "smooth": float(functional.cross_entropy(logits, labels, label_smoothing=0.1)),
        "linear": [float(x.detach().abs().max()) for x in (linear.weight, linear.bias)],
        "delta": nn.HuberLoss().delta,
        "defaults": {
            "SGD": default(optim.SGD, "lr"),
            "RMSprop": [default(optim.RMSprop, name) for name in ("lr", "alpha", "eps")],
            "Adagrad": [
                default(optim.Adagrad, name) for name in ("lr", "eps", "initial_accumulator_value")
            ],
            "AdamW": default(optim.AdamW, "weight_decay"),
            "LeakyReLU": default(nn.LeakyReLU, "negative_slope"),
            "LayerNorm": default(nn.LayerNorm, "eps"),
            "GELU": default(nn.GELU, "approximate"),
            "BatchNorm": [default(nn.BatchNorm1d, name) for name in ("eps", "momentum")],
            "DataLoader": bool(default(torch.utils.data.DataLoader, "shuffle")),
        },
    }


if __name__ == "__main__":
    print(json.dumps(numbers()))
