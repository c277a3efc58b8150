"""What a lockstep comparison found: steps, their entries, distances, the verdict.

``Comparison.to_json()`` gives all of it in types of JSON, under the names of the fields:

    {"verdict":       {"same", "decided_by", "reason", "step", "kind", "name", "layer", "factor",
                       "blame"},
     "configuration": ["optimizer.learning_rate: 0.011 in minikeras, 0.01 in Keras", ...],
     "form":          ["step 1, output of dense: (2, 3) in minikeras, (2, 4) in Keras", ...],
     "steps":         [{"number": 1, "samples": 32,
                        "entries": [{"kind", "name", "layer", "call", "shape", "dtype",
                                     "distances": {"equal", "largest_ulp", "median_ulp",
                                                   "relative", "absolute", "cosine", "factor"},
                                     "opinion": null or {"minikeras", "keras", "nearer",
                                                         "agreed", "dtype"}}, ...]}],
     "not_mirrored":  ["MyLayer cannot run in minikeras from the same source: ...", ...],
     "reproducer":    null or {"script": "...", "arrays": ["x", ...], "shrunk": "...", "of": "..."},
     "more_reproducers": [{"script", "arrays", "shrunk", "of"}, ...],
     "options":       {"task", "mode", "steps", "batch_size", "mirrored": ["MyLayer", ...]},
     "versions":      {"minikeras": "...", "keras": "...", ...}}

A number that JSON cannot write is one of the strings "inf", "-inf" and "nan".
"""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from minikeras.parity import report
from minikeras.types import Array

# The kinds of entries, in the order in which a step makes them; the verdict asks in this order.
# Gradients of outputs and of variables stand together, in the order of the backward pass.
KINDS = (
    "batch",  # what the library's own adapter made of the data
    "output",  # of a layer, once for each call
    "loss term",  # the losses of compile, of regularizers, of add_loss
    "loss",  # the sum
    "output gradient",  # of the loss with respect to the output of a layer
    "gradient",  # with respect to a trainable variable
    "slot",  # a variable of the optimizer, after the update
    "variable",  # a weight or a moving statistic, after the update
    "metric",  # a variable of a metric, after the step
    "seed",  # the state of a seed generator, after the step
)


@dataclasses.dataclass
class Distances:
    """How far two arrays of one shape and dtype are apart, minikeras's from Keras's.

    equal: whether they have the same bits; any NaN equals any other, and −0 equals 0.
    largest_ulp, median_ulp: units in the last place; None if they hold no floats.
    absolute: the largest |a − b|.
    relative: ‖a − b‖ / ‖b‖, Euclidean norms.
    cosine: a · b / (‖a‖ ‖b‖); 1 if both are zero.
    factor: the largest |a − b|, in multiples of the rounding bound of this number in this step;
        0 if they are equal, None if nothing asked for the bound.
    """

    equal: bool
    largest_ulp: int | None = 0
    median_ulp: float | None = 0.0
    absolute: float = 0.0
    relative: float = 0.0
    cosine: float = 1.0
    factor: float | None = None

    @property
    def is_form(self) -> bool:
        """Whether there are no numbers to compare: other shapes or dtypes, or one side has none."""
        return self.largest_ulp is None and math.isinf(self.absolute)


@dataclasses.dataclass
class Opinion:
    """What the same step in a wider dtype says: the largest error of each side, which is smaller.

    minikeras, keras: the largest |a − b| of a number from the library's own in float64; in a model
        of float64, from minikeras's in longdouble, which TensorFlow does not have.
    nearer: "minikeras" or "keras" if the two agreed and the error of the other is more than 4
        times larger; else "neither".
    agreed: whether both compute the same formula; None if that cannot be told.
    dtype: the wider one, "float64" or "longdouble".
    """

    minikeras: float
    keras: float
    nearer: str
    agreed: bool | None
    dtype: str = "float64"

    @property
    def shared(self) -> bool:
        """Whether both lose the same digits: one formula, and neither is nearer to its value."""
        return self.agreed is True and self.nearer == "neither"


@dataclasses.dataclass
class Entry:
    """One array of one step, seen from both sides.

    kind: one of ``KINDS``.
    name: the path of the layer (with ``#2`` for its second call in the step), variable or slot.
    layer: the name of the layer that computes it; of a slot, its variable's; of the gradient of an
        output, the layer behind it, whose derivative this is; "" for the loss.
    call: which call of the layer in this step, from 1; 0 if it is no output.
    """

    kind: str
    name: str
    layer: str
    call: int
    shape: tuple[int, ...]
    dtype: str
    distances: Distances
    opinion: Opinion | None = None

    def __repr__(self) -> str:
        return f"<{_line(self)}>"


@dataclasses.dataclass
class Step:
    """One batch: its number from 1, how many samples it has, and all its entries in order."""

    number: int
    samples: int
    entries: list[Entry] = dataclasses.field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether every entry has the same bits on both sides."""
        return all(entry.distances.equal for entry in self.entries)

    def __repr__(self) -> str:
        return f"<{_summary(self)}>"


@dataclasses.dataclass
class Verdict:
    """Whether both sides run the same algorithm, and else what decides against it.

    decided_by: "configuration", "form" (shapes, dtypes, or what is there at all), "numbers", or
        "not mirrored": code of the program cannot run in minikeras, and nothing is compared.
    step, kind, name, layer: the first entry that differs by more than rounding.
    factor: how many times its rounding bound it differs.
    blame: "minikeras" or "keras", if float64 finds the other one nearer the truth; "formula" if the
        two differ in float64 too; None if float64 was not asked or cannot tell.
    """

    same: bool
    reason: str
    decided_by: str | None = None
    step: int | None = None
    kind: str | None = None
    name: str | None = None
    layer: str | None = None
    factor: float | None = None
    blame: str | None = None


@dataclasses.dataclass
class Reproducer:
    """A script that shows the difference with Keras alone, and the arrays that it loads.

    shrunk: one line that says how small it became.
    of: the entry whose difference it shows, such as "gradient dense/kernel".
    """

    script: str
    arrays: dict[str, Array]
    shrunk: str = ""
    of: str = ""

    def save(self, folder: str | Path, name: str = "reproducer") -> Path:
        """Write the script and its arrays into a folder under a name; returns the script's path."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / f"{name}.npz", **self.arrays)  # type: ignore[arg-type]  # numpy's stub
        script = folder / f"{name}.py"
        script.write_text(self.script.replace("reproducer.npz", f"{name}.npz"), encoding="utf-8")
        return script

    def to_json(self) -> dict[str, Any]:
        """In types of JSON; of the arrays only the names."""
        return {**vars(self), "arrays": list(self.arrays)}


@dataclasses.dataclass
class Comparison:
    """The result of ``minikeras.parity.compare``; see the module for its form in JSON.

    reproducer: of the entry that the verdict names; None if there is none.
    more_reproducers: of other entries that differ most in that step, if ``compare`` was asked for
        them: those of parts that differ by themselves, given the same.
    """

    verdict: Verdict
    steps: list[Step] = dataclasses.field(default_factory=list)
    configuration: list[str] = dataclasses.field(default_factory=list)
    form: list[str] = dataclasses.field(default_factory=list)
    not_mirrored: list[str] = dataclasses.field(default_factory=list)
    reproducer: Reproducer | None = None
    more_reproducers: list[Reproducer] = dataclasses.field(default_factory=list)
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def same(self) -> bool:
        return self.verdict.same

    def first(self) -> Entry | None:
        """The entry that the verdict names; None if there is none."""
        found = self.verdict
        if found.step is None:
            return None
        entries = self.steps[found.step - 1].entries
        return next((e for e in entries if (e.kind, e.name) == (found.kind, found.name)), None)

    def to_json(self) -> dict[str, Any]:
        """Everything in types of JSON; of the reproducers' arrays only the names."""
        bare = dataclasses.replace(self, reproducer=None, more_reproducers=[])
        found = dataclasses.asdict(bare)
        if self.reproducer is not None:
            found["reproducer"] = self.reproducer.to_json()
        found["more_reproducers"] = [more.to_json() for more in self.more_reproducers]
        plain: dict[str, Any] = _plain(found)
        return plain

    def arrays(self) -> dict[str, Array]:
        """The arrays of all reproducers: ``x`` of the first, ``more 1/x`` of the next ..."""
        found = dict(self.reproducer.arrays) if self.reproducer is not None else {}
        for i, more in enumerate(self.more_reproducers, 1):
            found |= {f"more {i}/{name}": array for name, array in more.arrays.items()}
        return found

    def save(self, path: str | Path) -> None:
        """Write ``to_json()`` into a file."""
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=1)
        Path(path).write_text(text + "\n", encoding="utf-8")

    def _repr_html_(self) -> str | None:
        """The page of the comparison in a frame, so that its styles leave the notebook alone."""
        return report.in_frame(lambda: report.comparison_page(self.to_json(), arrays=self.arrays()))

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.steps)} steps: {self.verdict.reason}>"

    def __str__(self) -> str:
        lines = [self.verdict.reason, *self.configuration, *self.form]
        for step in self.steps:
            apart = [e for e in step.entries if not e.distances.equal]
            lines.append(_summary(step))
            lines += [f"  {_line(entry)}" for entry in apart[:5]]
        return "\n".join([*lines, *self.not_mirrored])


def _summary(step: Step) -> str:
    apart = sum(not entry.distances.equal for entry in step.entries)
    return f"step {step.number}: {apart} of {len(step.entries)} entries differ"


def _line(entry: Entry) -> str:
    d = entry.distances
    if d.equal:
        return f"{entry.kind} {entry.name}: the same bits"
    factor = "" if d.factor is None else f", {d.factor:.2g} of the rounding bound"
    return f"{entry.kind} {entry.name}: {d.relative:.1e} relative{factor}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
