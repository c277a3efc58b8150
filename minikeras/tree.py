"""Nested structures of lists, tuples, dicts and named tuples (``keras.tree``), by optree."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from typing import Any

from minikeras import optional
from minikeras.messages import describe

_optree = optional.Library("optree")

MAP_TO_NONE = type("MAP_TO_NONE", (), {"__doc__": "Returned by ``traverse`` functions for None."})

_NAMESPACE = "minikeras"


def register(cls: type, to_leaves: Callable[..., Any], from_leaves: Callable[..., Any]) -> None:
    """Teach all functions here that ``cls`` is a container, as optree's registration does."""
    _optree.register_pytree_node(cls, to_leaves, from_leaves, namespace=_NAMESPACE)


def is_nested(structure: Any) -> bool:
    """True for a container, False for a leaf (None is a leaf)."""
    return not _optree.tree_is_leaf(structure, none_is_leaf=True, namespace=_NAMESPACE)


def flatten(structure: Any) -> list[Any]:
    """The leaves in order; dicts in the order of their sorted keys."""
    return list(_optree.tree_leaves(structure, none_is_leaf=True, namespace=_NAMESPACE))


def structure(structure: Any) -> Any:
    """What is left of a structure without its leaves: equal for equal structures, hashable."""
    return _optree.tree_structure(structure, none_is_leaf=True, namespace=_NAMESPACE)


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each with the keys and indices that lead to it."""
    paths, leaves, _ = _optree.tree_flatten_with_path(
        structure, none_is_leaf=True, namespace=_NAMESPACE
    )
    return list(zip(paths, leaves, strict=True))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """``func`` of the corresponding leaves of structures that must agree.

    Raises TypeError if ``func`` is no function, ValueError without structures or if they differ.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, received {func!r} of type {type(func)}")
    if not structures:
        raise ValueError("map_structure needs at least one structure")
    first, *others = structures
    for other in others:
        assert_same_structure(first, other)
    return _optree.tree_map(func, *structures, none_is_leaf=none_is_leaf, namespace=_NAMESPACE)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Walks only as deep as ``shallow_structure``; what lies below is handed over whole."""
    if not structures:
        raise ValueError("map_structure_up_to needs at least one structure")
    return _optree.tree_map(
        lambda _, *parts: func(*parts),
        shallow_structure,
        *structures,
        none_is_leaf=True,
        namespace=_NAMESPACE,
    )


def assert_same_structure(a: Any, b: Any) -> None:
    """Raises ValueError unless ``a`` and ``b`` have the same containers at the same places."""
    spec_a = _optree.tree_structure(a, none_is_leaf=True, namespace=_NAMESPACE)
    spec_b = _optree.tree_structure(b, none_is_leaf=True, namespace=_NAMESPACE)
    if spec_a != spec_b:
        raise ValueError(f"The structures differ: {describe(a)} and {describe(b)}")


def assert_same_paths(a: Any, b: Any) -> None:
    """Raises ValueError unless the same paths lead to leaves; kinds of container may differ."""
    paths_a = {path for path, _ in flatten_with_path(a)}
    paths_b = {path for path, _ in flatten_with_path(b)}
    if paths_a != paths_b:
        raise ValueError(
            f"The structures have different paths: only in a {paths_a - paths_b}, "
            f"only in b {paths_b - paths_a}"
        )


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """Put the values of ``flat_sequence`` at the leaves of ``structure``.

    Raises TypeError if ``flat_sequence`` is no sequence, ValueError if the counts differ.
    """
    if not isinstance(flat_sequence, collections.abc.Iterable) or isinstance(flat_sequence, str):
        raise TypeError(f"flat_sequence must be a sequence, received {flat_sequence!r}")
    leaves = list(flat_sequence)
    spec = _optree.tree_structure(structure, none_is_leaf=True, namespace=_NAMESPACE)
    if spec.num_leaves != len(leaves):
        raise ValueError(
            f"structure has {spec.num_leaves} leaves, flat_sequence has {len(leaves)} values"
        )
    return _optree.tree_unflatten(spec, leaves)


def lists_to_tuples(structure: Any) -> Any:
    """The same structure with every list turned into a tuple."""
    if isinstance(structure, list):
        return tuple(map(lists_to_tuples, structure))
    if isinstance(structure, tuple):
        values = map(lists_to_tuples, structure)
        return type(structure)(*values) if hasattr(structure, "_fields") else tuple(values)
    if isinstance(structure, dict):
        return type(structure)((k, lists_to_tuples(v)) for k, v in structure.items())
    return structure


def _is_shape(structure: Any) -> bool:
    return isinstance(structure, list | tuple) and all(
        n is None or isinstance(n, int) for n in structure
    )


def map_shape_structure(func: Callable[..., Any], structure: Any) -> Any:
    """``func`` of every shape: a tuple of ints and Nones counts as one leaf."""
    if not callable(func):
        raise TypeError(f"func must be callable, received {func!r} of type {type(func)}")
    return _optree.tree_map(
        func, structure, is_leaf=_is_shape, none_is_leaf=True, namespace=_NAMESPACE
    )


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Rebuild ``structure``, replacing each part for which ``func`` answers something.

    ``func`` answers None to walk on, ``MAP_TO_NONE`` to put a None there.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, received {func!r} of type {type(func)}")

    def replaced(part: Any) -> Iterator[Any]:
        answer = func(part)
        if answer is not None:
            yield None if answer is MAP_TO_NONE else answer

    def walk(part: Any) -> Any:
        if top_down:
            for answer in replaced(part):
                return answer
        if is_nested(part):
            children, metadata, _, rebuild = _optree.tree_flatten_one_level(
                part, none_is_leaf=True, namespace=_NAMESPACE
            )
            part = rebuild(metadata, [walk(child) for child in children])
        if not top_down:
            for answer in replaced(part):
                return answer
        return part

    return walk(structure)
