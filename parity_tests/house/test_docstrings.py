"""``help`` tells what every argument of a public class means."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import minikeras
from minikeras.declare.docstrings import describe_arguments

NAMESPACES = (
    *("callbacks", "constraints", "initializers", "layers", "losses", "metrics", "models"),
    *("optimizers", "regularizers"),
)


def public_classes(namespace: str) -> set[Any]:
    """The classes of a namespace of Keras that are defined there."""
    members = vars(getattr(minikeras, namespace)).items()
    classes = {thing for name, thing in members if name[0] != "_" and inspect.isclass(thing)}
    return {cls for cls in classes if cls.__module__.startswith(f"minikeras.{namespace}")}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_argument_is_described(namespace: str) -> None:
    missing = {}
    for cls in public_classes(namespace):
        parameters = inspect.signature(cls).parameters.values()
        names = [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        missing[cls.__name__] = [name for name in names if not describe_arguments(cls, [name])]
    assert not {name: found for name, found in missing.items() if found}


def test_the_constructor_gathers_what_the_classes_say() -> None:
    class Base:
        """Nothing.

        first, second: two numbers,
            which differ.
        third: overridden below.
        """

    class Derived(Base):
        """Nothing more.

        third: a name.
        """

    expected = "third: a name.\nfirst, second: two numbers,\n    which differ."
    assert describe_arguments(Derived, ["third", "second", "first", "unknown"]) == expected
    assert "padding: " in (minikeras.layers.Conv2D.__init__.__doc__ or "")
