"""Automatic names: ``Conv2D`` → ``conv2d``, ``conv2d_1``, ... counted per name until cleared."""

from __future__ import annotations

import collections
import contextlib
import functools
import re
import threading
from collections.abc import Iterator
from types import TracebackType

from minikeras.messages import describe

_counts: collections.Counter[str] = collections.Counter()


@functools.lru_cache(maxsize=1024)
def to_snake_case(name: str) -> str:
    """``"ReLU"`` → ``"re_lu"``, ``"Conv2D"`` → ``"conv2d"``, ``"LSTM"`` → ``"lstm"``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def uniquify(name: str) -> str:
    """``name`` the first time, then ``name_1``, ``name_2``, ..."""
    count = _counts[name]
    _counts[name] += 1
    return f"{name}_{count}" if count else name


def auto_name(prefix: str) -> str:
    """A fresh name from a class name."""
    return uniquify(to_snake_case(prefix))


def get_uid(prefix: str = "") -> int:
    """The next number for ``prefix``, from 1 on."""
    _counts[prefix] += 1
    return _counts[prefix]


def reset_uids() -> None:
    """Start all counters afresh, as ``clear_session`` does."""
    _counts.clear()


@contextlib.contextmanager
def preserved_counts() -> Iterator[None]:
    """What is made inside is not counted for later names."""
    before = _counts.copy()
    try:
        yield
    finally:
        _counts.clear()
        _counts.update(before)


class _OpenScopes(threading.local):
    """The names of the open scopes of this thread, outermost first."""

    def __init__(self) -> None:
        self.names: list[str] = []


open_scopes = _OpenScopes()


class name_scope:
    """``with name_scope("encoder"):`` puts ``encoder/`` before the paths of variables made inside.

    Raises ValueError unless ``name`` is a string without a slash.
    """

    def __init__(self, name: str, **kwargs: object) -> None:
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"name must be a string without '/', received {describe(name)}")
        self.name = name

    def __repr__(self) -> str:
        return f"name_scope({self.name!r})"

    def __enter__(self) -> name_scope:
        open_scopes.names.append(self.name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        open_scopes.names.pop()


def current_path() -> str:
    """The names of the open scopes, joined by slashes."""
    return "/".join(open_scopes.names)
