"""Every primitive is fully declared, and every compiled twin has the same parameters."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

import minikeras  # fills the registry  # noqa: F401
from minikeras.autograd.primitive import Primitive, registry

# Neither a vjp nor declared constant, and why.
WITHOUT_GRADIENT: dict[str, str] = {
    "_complete_qr": "columns of its result are arbitrary",
    "_eig": "its results are complex, which no tape follows",
}


def ours() -> dict[str, Primitive]:
    """The primitives of the package, without those that tests declare."""
    homes = {n: p.forward.__module__ or "" for n, p in registry.items()}  # "" for a page's
    return {n: registry[n] for n, home in homes.items() if home.startswith("minikeras.")}


def names(function: Any) -> list[tuple[str, Any]]:
    return [(p.name, p.kind) for p in inspect.signature(function).parameters.values()]


def test_there_are_operations() -> None:
    assert len(ours()) > 100


@pytest.mark.parametrize("name", sorted(ours()))
def test_operation(name: str) -> None:
    op = registry[name]
    assert (op.vjp_rule is not None) != op.constant or name in WITHOUT_GRADIENT
    assert op.shape_rule is not None
    assert op.__doc__, "a docstring says what is computed"
    if op.vjp_rule is not None:
        given, declared = names(op.vjp_rule), names(op.forward)
        if given[-1][1] is inspect.Parameter.VAR_KEYWORD:  # static arguments that it hands on
            given.pop()
            declared = [p for p in declared if p in given or p[1] is not p[1].KEYWORD_ONLY]
        assert len(given) == len(declared) + 2


@pytest.mark.parametrize("name", sorted(n for n, p in ours().items() if p.twin))
def test_twin(name: str) -> None:
    """The module holds a twin of the forward map or of the vjp, with the same parameters."""
    op = registry[name]
    module = importlib.import_module(op.twin)
    found = 0
    for twin, extra in ((name, 0), (f"{name}_vjp", 2)):
        if hasattr(module, twin):
            found += 1
            assert names(inspect.unwrap(getattr(module, twin)))[extra:] == names(op.forward)
    assert found, f"{op.twin} holds neither {name} nor {name}_vjp"
