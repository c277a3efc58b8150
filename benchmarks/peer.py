"""A worker process that times workloads with one library; requests are lines of JSON on stdin.

    python -m benchmarks.peer minikeras                one line per answer, until the input ends
    python -m benchmarks.peer torch first-epoch cnn    imports, builds, trains one epoch

Requests: {"do": "open", "workload": NAME, "samples": n, "batch": n, "shuffle": bool},
{"do": "fit"}, {"do": "predict"}, {"do": "about"}. Between requests the worker waits in `readline`.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

PACKAGES = {
    "minikeras": ("minikeras",),
    "keras-tensorflow": ("keras", "tensorflow"),
    "keras-jax": ("keras", "jax"),
    "torch": ("torch",),
}
WARM_EPOCHS = 2
FIRST_EPOCH_SAMPLES = 3000


class Trainer(Protocol):
    parameters: int

    def fit(self, epochs: int) -> tuple[list[float], float]:
        """Train; returns the times at which the epochs ended, and the last loss."""

    def predict(self) -> Any:
        """The prediction for the first sample, as an array."""


class KerasTrainer:
    def __init__(self, keras: Any, workload: Any, shuffle: bool = False) -> None:
        keras.utils.set_random_seed(0)
        self.x, self.y = workload.data(workload.samples)
        self.model = workload.compiled(keras)
        self.options = {"batch_size": workload.batch, "shuffle": shuffle, "verbose": 0}
        self.parameters = sum(w.numpy().size for w in self.model.trainable_weights)
        self.one = self.x[:1].copy()

        class Clock(keras.callbacks.Callback):  # type: ignore[misc]
            ends: list[float]

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                self.ends.append(time.perf_counter())

        self.clock = Clock()

    def fit(self, epochs: int) -> tuple[list[float], float]:
        self.clock.ends = []
        fit = self.model.fit(self.x, self.y, epochs=epochs, callbacks=[self.clock], **self.options)
        return self.clock.ends, float(fit.history["loss"][-1])

    def predict(self) -> Any:
        return self.model.predict(self.one, verbose=0)


class TorchTrainer:
    """The loop of PyTorch's tutorials, with the accuracy that the metrics of Keras compute."""

    def __init__(self, torch: Any, workload: Any, shuffle: bool = False) -> None:
        torch.manual_seed(0)
        nn, self.torch, self.shuffle = torch.nn, torch, shuffle
        x, y = workload.data(workload.samples)
        self.x, self.y = self.tensor(x), self.tensor(y)
        self.one = x[:1].copy()
        self.batch, self.kind = workload.batch, workload.loss
        self.softmax = self.kind.startswith("sparse") and not workload.logits
        self.loss = {
            "mse": nn.MSELoss,
            "binary_crossentropy": nn.BCEWithLogitsLoss,
            "sparse_categorical_crossentropy": nn.CrossEntropyLoss,
        }[self.kind]()
        self.model = nn.Sequential(*workload.modules(nn))
        self.optimizer = torch.optim.Adam(self.model.parameters(), eps=1e-7)
        self.parameters = sum(p.numel() for p in self.model.parameters())

    def tensor(self, array: Any) -> Any:
        """Images with channels first, as PyTorch expects them; labels and word indices as int64."""
        t = self.torch.from_numpy(array)
        if array.ndim == 4:
            return t.permute(0, 3, 1, 2).contiguous()
        return t.long() if array.dtype == "int32" else t

    def fit(self, epochs: int) -> tuple[list[float], float]:
        self.model.train()
        ends, n = [], len(self.x)
        for _ in range(epochs):
            total, right = 0.0, 0
            order = self.torch.randperm(n) if self.shuffle else None
            for start in range(0, n, self.batch):
                part = slice(start, start + self.batch)
                index = part if order is None else order[part]
                x, y = self.x[index], self.y[index]
                self.optimizer.zero_grad()
                answer = self.model(x)
                loss = self.loss(answer, y)
                loss.backward()
                self.optimizer.step()
                total += loss.item() * len(x)
                if self.kind.startswith("sparse"):
                    right += (answer.argmax(1) == y).sum().item()
                elif self.kind.startswith("binary"):
                    right += ((answer > 0) == (y > 0.5)).sum().item()
            ends.append(time.perf_counter())
        return ends, total / n

    def predict(self) -> Any:
        self.model.eval()
        with self.torch.no_grad():
            y = self.model(self.tensor(self.one))
            return (self.torch.softmax(y, 1) if self.softmax else y).numpy()


def load(name: str) -> Callable[..., Trainer]:
    """Import the library; returns the function that creates its trainers."""
    if name == "torch":
        import torch

        return lambda *options: TorchTrainer(torch, *options)
    if name == "minikeras":
        import minikeras as keras
    else:
        os.environ["KERAS_BACKEND"] = name.removeprefix("keras-")
        import keras  # type: ignore[no-redef]
    return lambda *options: KerasTrainer(keras, *options)


class Worker:
    """Answers requests; each method is a kind of request."""

    def __init__(self, name: str) -> None:
        self.name, self.make = name, load(name)

    def about(self) -> dict[str, Any]:
        from importlib.metadata import version

        names = (*PACKAGES[self.name], "numpy")
        full = {"minikeras": "minikeras-reference"}
        return {"versions": {n: version(full.get(n, n)) for n in names}}

    def open(
        self, workload: str, samples: int = 0, batch: int = 0, shuffle: bool = False
    ) -> dict[str, Any]:
        """Build a model and train it until nothing is compiled any more."""
        from benchmarks.workloads import WORKLOADS

        w = WORKLOADS[workload]
        self.workload = replace(w, samples=samples or w.samples, batch=batch or w.batch)
        self.trainer = self.make(self.workload, shuffle)
        self.trainer.fit(WARM_EPOCHS)
        self.trainer.predict()
        return {"parameters": self.trainer.parameters}

    def fit(self) -> dict[str, Any]:
        """Milliseconds of a step, over all epochs after the first."""
        ends, loss = self.trainer.fit(self.workload.epochs + 1)
        steps = -(-self.workload.samples // self.workload.batch) * self.workload.epochs
        return {"value": (ends[-1] - ends[0]) / steps * 1e3, "loss": loss, "threads": threads()}

    def predict(self, seconds: float = 0.5) -> dict[str, Any]:
        """Milliseconds of a call: the median of as many as fit into `seconds`, at least 10."""
        times: list[float] = []
        end = time.perf_counter() + seconds
        while len(times) < 10 or time.perf_counter() < end:
            start = time.perf_counter()
            self.trainer.predict()
            times.append((time.perf_counter() - start) * 1e3)
        return {"value": statistics.median(times), "calls": len(times), "threads": threads()}


def threads() -> int:
    """The number of threads of this process, idle ones included; 0 if the system does not tell."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def peak_memory() -> float:
    """MiB of this process. `rusage` would include the memory of the process that started it."""
    try:
        fields = Path("/proc/self/status").read_text().split()
        return int(fields[fields.index("VmHWM:") + 1]) / 2**10
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(name: str, *task: str) -> None:
    if task:
        from benchmarks.workloads import WORKLOADS

        workload = replace(WORKLOADS[task[1]], samples=FIRST_EPOCH_SAMPLES)
        load(name)(workload).fit(1)
        print(peak_memory())
        return
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # output of the libraries goes to standard error
    worker: Worker | None = None
    for line in sys.stdin:
        request, start = json.loads(line), time.process_time()
        try:
            worker = worker or Worker(name)
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answer["cpu"] = time.process_time() - start
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
