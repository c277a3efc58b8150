"""What no config holds, copied from object to object.

Arguments such as ``Huber(delta=2.0)``, and the vocabularies that ``adapt`` found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minikeras.declare.configurable import Configurable
from minikeras.interchange.sides import Side


def copy_unsaved(ours: Any, theirs: Any, source: Side, target: Side) -> None:
    """Give ``theirs`` the arguments of ``ours`` that Keras leaves out of the config.

    minikeras declares them (``saved=False``); classes of users have none.
    """
    declared = next((x for x in (ours, theirs) if isinstance(x, Configurable)), None)
    fields = {} if declared is None else type(declared)._fields
    for name, field in fields.items():
        if field.saved or field.init_only or name == "dtype":
            continue
        value = target.deserialize(source.serialize(_argument(ours, name)))
        if name in getattr(theirs, "_fn_kwargs", {}):
            theirs._fn_kwargs[name] = value
        if hasattr(theirs, name):
            setattr(theirs, name, value)


def copy_vocabulary(ours: Any, theirs: Any) -> None:
    """Give a layer that looks up tokens the vocabulary that ``adapt`` found, with its weights.

    A layer without a vocabulary, or with one that its config holds, is left alone, and so is
    ``TextVectorization``: its inner layer has the vocabulary.
    """
    if not hasattr(ours, "set_vocabulary") or hasattr(ours, "_lookup_layer"):
        return
    if ours.input_vocabulary is not None or not ours.get_vocabulary(include_special_tokens=False):
        return
    tokens = ours.get_vocabulary()
    weights = None
    if ours.output_mode == "tf_idf":  # without what fills them up to `max_tokens`
        weights = ours.idf_weights.numpy()[: len(tokens)]
    theirs.set_vocabulary(tokens, weights)


def copy_unsaved_of_compile(model: Any, other: Any, source: Side, target: Side) -> None:
    """The same for the losses and metrics that were given to ``compile``."""
    pairs = zip(_leaves(source.given(model)), _leaves(target.given(other)), strict=True)
    for ours, theirs in pairs:
        copy_unsaved(ours, theirs, source, target)


def _leaves(structure: Any) -> Iterator[Any]:
    """What lists and dicts hold; those of Keras are of classes that ``tree`` takes for leaves."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if not isinstance(structure, list | tuple):
        yield structure
        return
    for part in structure:
        yield from _leaves(part)


def _argument(obj: Any, name: str) -> Any:
    kwargs = getattr(obj, "_fn_kwargs", {})
    return kwargs[name] if name in kwargs else getattr(obj, name, None)
