"""What `verify` returns: the comparison of two runs, with names that an editor can complete.

result.fits[0].loss.keras             the losses of the epochs, under Keras
result.fits[0].loss.relative.max()    how far they are apart, relative to their size
result.evaluations[0].loss.ulp        one number, in units in the last place
result.models[0]["dense/kernel"]      a weight: its initial and its final difference
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np

from minikeras import frames
from minikeras.messages import count, did_you_mean
from minikeras.parity import report
from minikeras.parity.comparison import Document
from minikeras.parity.locate import comparison_of
from minikeras.parity.lockstep import Comparison
from minikeras.types import Array

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class Pair:
    """One number of both runs.

    relative: |minikeras − keras|, relative to the larger of both.
    ulp: the number of floating-point numbers between them, plus one; 0 if they are equal.
    """

    name: str
    minikeras: float
    keras: float
    relative: float
    ulp: int


@dataclass(frozen=True, repr=False)
class Curve:
    """A loss or metric over the epochs of a fit; `relative` and `ulp` as in `Pair`.

    All arrays have one number for each of `epochs`; NaN where an epoch has no such number, as with
    `validation_freq=2`.
    """

    name: str
    epochs: Array
    minikeras: Array
    keras: Array
    relative: Array
    ulp: Array

    def __len__(self) -> int:
        return len(self.epochs)

    def __repr__(self) -> str:
        if not len(self):
            return f"<Curve {self.name}: no epochs>"
        apart = float(np.nanmax(self.relative))
        last = f"{self.minikeras[-1]:.7g} in minikeras, {self.keras[-1]:.7g} in Keras"
        far = "bit-equal" if not np.nanmax(self.ulp) else f"largest relative difference {apart:.1e}"
        return f"<Curve {self.name}: {count(len(self), 'epoch')}, {far}, last {last}>"


@dataclass(frozen=True, repr=False)
class Variable:
    """A weight, a slot or a prediction: how far the two runs are apart in it.

    path: of the variable; `output` of a prediction.
    shape, dtype: None if only one of the runs has a value.
    initial, final: None where unknown; otherwise `equal` says whether the bits are the same, and
        `absolute`, `relative`, `ulp` how far apart the farthest two numbers are.
    noise: whether the difference is rounding noise that the optimizer has amplified.
    """

    path: str
    shape: tuple[int, ...] | None
    dtype: str | None
    initial: Mapping[str, Any] | None
    final: Mapping[str, Any] | None
    noise: bool = False

    def __repr__(self) -> str:
        words = [
            f"{stage} {'bit-equal' if found['equal'] else format(found['relative'], '.1e')}"
            for stage, found in (("initial", self.initial), ("final", self.final))
            if found
        ]
        return f"<Variable {self.path} {self.shape}: {', '.join(words) or 'unknown'}>"


class Named(Generic[_Entry]):
    """Entries by their names: as attributes where the name allows it, and in brackets."""

    label: str

    def __init__(self, label: str, entries: Mapping[str, _Entry]) -> None:
        self.label = label
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> _Entry:
        if name not in self._entries:
            raise KeyError(self._unknown(name))
        return self._entries[name]

    def __getattr__(self, name: str) -> _Entry:
        if name.startswith("_"):  # asked by copy and pickle, before there are entries
            raise AttributeError(name)
        if name not in self._entries:
            raise AttributeError(self._unknown(name))
        return self._entries[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._entries]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label}: {', '.join(self._entries) or 'nothing'}>"

    def _unknown(self, name: str) -> str:
        hint = did_you_mean(name, self._entries) or f" It has {', '.join(self._entries)}."
        return f"{self.label} has no {name!r}.{hint}"


class Fit(Named[Curve]):
    """The curves of a `fit`, or of the calls of `train_on_batch`.

    label: `fit`, or `fit 2` if there are several.
    model: the name of the model.
    lines: the epoch lines that each run printed, without the timings; None for `train_on_batch`.
    """

    def __init__(self, document: Document) -> None:
        epochs = np.array([row["epoch"] for row in document["epochs"]], "int64")
        absent = {"minikeras": np.nan, "keras": np.nan, "relative": np.nan, "ulp": 0}
        curves = {}
        for name in document["metrics"]:
            rows = [row["metrics"].get(name, absent) for row in document["epochs"]]
            columns = {
                side: np.array(
                    [row[side] for row in rows], "uint64" if side == "ulp" else "float64"
                )
                for side in absent
            }
            curves[name] = Curve(name, epochs, **columns)
        super().__init__(document["label"], curves)
        self.model: str = document["model"]
        self.lines: Mapping[str, list[str] | None] = document["lines"]


class Evaluation(Named[Pair]):
    """The results of an `evaluate`; `model` is the name of the model."""

    def __init__(self, document: Document) -> None:
        pairs = {name: Pair(name, **found) for name, found in document["metrics"].items()}
        super().__init__(document["label"], pairs)
        self.model: str = document["model"]


class Variables(Named[Variable]):
    """The weights of a model, the slots of an optimizer, or the outputs of a `predict`."""

    def __init__(self, document: Document) -> None:
        found = {}
        for entry in document["variables"]:
            shape = None if entry["shape"] is None else tuple(entry["shape"])
            found[entry["path"]] = Variable(**{**entry, "shape": shape})
        super().__init__(document["name"], found)


class Verification:
    """The comparison of a training under minikeras and under Keras.

    same: the verdict.
    reason: a sentence: what decided the verdict, with the number.
    decided_by: the part that differs first, such as `"configuration"` or `"curves"`; None if none.
    differences: every difference that is too large, in words, by part.
    document: all of it in types of JSON; docs/verify.md explains each entry.
    """

    def __init__(self, document: Document, arrays: dict[str, Array] | None = None) -> None:
        self.document = document
        self._arrays = arrays or {}
        verdict = document["verdict"]
        self.same: bool = verdict["same"]
        self.reason: str = verdict["reason"]
        self.decided_by: str | None = verdict["decided_by"]
        self.differences: Mapping[str, list[str]] = verdict["differences"]

    @cached_property
    def fits(self) -> tuple[Fit, ...]:
        """Each `fit` of the script, in order."""
        return tuple(map(Fit, self.document["fits"]))

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Each `evaluate` of the script, in order."""
        return tuple(map(Evaluation, self.document["evaluations"]))

    @cached_property
    def predictions(self) -> tuple[Variables, ...]:
        """Each `predict` of the script, in order."""
        return tuple(map(Variables, self.document["predictions"]))

    @cached_property
    def models(self) -> tuple[Variables, ...]:
        """The models of the script, with their weights before and after."""
        return tuple(map(Variables, self.document["models"]))

    @cached_property
    def optimizers(self) -> tuple[Variables, ...]:
        """The optimizers of the script, with their slots at the end."""
        return tuple(map(Variables, self.document["optimizers"]))

    @cached_property
    def location(self) -> Comparison | None:
        """The steps of the first call that differs, number by number; None if not asked for."""
        found = self.document.get("location")
        if not found or not found["forced"]:
            return None
        return comparison_of(found["forced"], self._arrays)

    @frames.filter_traceback
    def to_json(self) -> Document:
        """The document; "nan", "inf" and "-inf" stand for the numbers that JSON cannot write."""
        return report.plain(self.document)

    @frames.filter_traceback
    def write_html(self, path: str | os.PathLike[str]) -> None:
        """Write the report: one HTML page that needs no other file."""
        report.write_html(self.document, path, self._arrays)

    @frames.filter_traceback
    def write_json(self, path: str | os.PathLike[str]) -> None:
        """Write `to_json()` into a file of JSON."""
        report.write_json(self.document, path)

    def __repr__(self) -> str:
        word = "same" if self.same else "different"
        return f"<Verification of {self.document['title']}: {word}. {self.reason}>"

    def _repr_html_(self) -> str | None:
        """The report in a frame, so that its styles leave the notebook alone."""
        return report.in_frame(lambda: report.page(self.document, self._arrays))


@frames.filter_traceback
def write_page(
    comparison: Comparison, path: str | os.PathLike[str], title: str = "Lockstep"
) -> None:
    """Write what `compare` returned as one HTML page: the heat map, its largest differences.

    comparison: whose reproducers the page offers as files, unless they are larger than 4 MB.
    path: of the page; a file that is there is replaced.
    title: the heading.
    """
    text = report.comparison_page(comparison.to_json(), title, comparison.arrays())
    report.write_atomically(path, text)
