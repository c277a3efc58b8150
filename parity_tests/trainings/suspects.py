"""Which part of a drawn training is to blame: each part alone, in an otherwise plain training."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from parity_tests.trainings.arguments import Make
from parity_tests.trainings.drawing import Merged, Shape, Task, Training, shape_behind

_SGD = Make("optimizers", "SGD", {"learning_rate": 0.05})
_MSE = Make("losses", "MeanSquaredError", {})


def plain(training: Training) -> Training:
    """A dense layer on numbers, with the seed, dtype, samples and batch size of ``training``."""
    return dataclasses.replace(
        training,
        shape=(7,),
        tokens=False,
        blocks=(),
        task=Task("numbers", None),
        loss=_MSE,
        metrics=(),
        optimizer=_SGD,
        weighted=False,
        outputs=1,
        compile={},
        fits=({"epochs": 2},),
        batches="arrays",
    )


def parts(training: Training) -> Iterator[tuple[str, Training]]:
    """Trainings of one part each, with the name of the part."""
    simple = plain(training)
    shape: Shape | None = training.shape
    for i, block in enumerate(training.blocks):
        if shape is None:
            break
        tokens = training.tokens and i == 0
        before = () if tokens else (Make("layers", "Dense", {"units": shape[-1]}),)
        alone = dataclasses.replace(simple, shape=shape, tokens=tokens, blocks=(*before, block))
        yield f"layer {block}", alone
        layers = block.layers if isinstance(block, Merged) else ()
        for layer in layers:
            yield f"layer {layer}", dataclasses.replace(alone, blocks=(*before, layer))
        if isinstance(block, Merged):
            shape = shape_behind(block.merge, shape, shape)
        else:
            shape = shape_behind(block, shape)
    for loss in (training.loss, *training.metrics):
        kind = "loss" if loss.module == "losses" else "metric"
        metrics = (loss,) if kind == "metric" else ()
        used = training.loss if kind == "loss" else _MSE
        task = training.task
        alone = dataclasses.replace(simple, task=task, loss=used, metrics=metrics)
        yield f"{kind} {loss}", alone
    yield (
        f"optimizer {training.optimizer}",
        dataclasses.replace(simple, optimizer=training.optimizer),
    )
    options = {name: getattr(training, name) for name in ("outputs", "compile", "fits", "batches")}
    yield f"options {options}", dataclasses.replace(simple, **options)


def suspects(training: Training, differ: Callable[[Training], object]) -> list[str]:
    """The parts that differ alone; one sentence if only their combination does."""
    found = [name for name, alone in parts(training) if differ(alone)]
    return found or ["no part alone: the combination of parts"]
