"""The state of an object and of all its parts, to a file and back.

Loading changes nothing until everything has been read: a failure leaves all objects as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Protocol

from minikeras import frames
from minikeras.autograd import StatelessScope
from minikeras.optimizers.optimizer import store
from minikeras.saving.parts import SAVEABLE, items_of, join, parts_of

_SHOWN = 5  # objects that a message names


class Writer(Protocol):
    """Where variables are written."""

    def entry(self, path: str, name: str | None) -> MutableMapping[str, Any]: ...


class Reader(Protocol):
    """Where variables are read."""

    def entry(self, path: str) -> Mapping[str, Any]: ...

    def has(self, path: str) -> bool: ...


class Assets(Protocol):
    """The folders of files that objects write and read on their own."""

    def make(self, path: str) -> str: ...

    def find(self, path: str) -> str | None: ...


def save_state(
    saveable: Any, weights: Writer | None, assets: Assets | None, skipped: set[int]
) -> None:
    """Write the variables and the assets of an object and its parts.

    skipped: the ids of objects that are left out.
    """
    for path, part in _walk(saveable, "", set(skipped)):
        if weights is not None and hasattr(part, "save_own_variables"):
            name = getattr(part, "name", None)
            part.save_own_variables(weights.entry(path, name if isinstance(name, str) else None))
        if assets is not None and hasattr(part, "save_assets"):
            part.save_assets(assets.make(path))


def _walk(saveable: Any, path: str, visited: set[int]) -> Iterator[tuple[str, Any]]:
    """An object, then its parts, each once, with their paths."""
    if id(saveable) in visited:
        return
    visited.add(id(saveable))
    yield path, saveable
    for name, part in parts_of(saveable):
        if isinstance(part, SAVEABLE):
            yield from _walk(part, join(path, name), visited)
        else:
            yield from _walk_container(part, join(path, name), visited, set())


def _walk_container(
    container: Any, path: str, visited: set[int], entered: set[int]
) -> Iterator[tuple[str, Any]]:
    if id(container) in entered:
        return
    entered.add(id(container))
    for name, part in items_of(container):
        if isinstance(part, SAVEABLE):
            yield from _walk(part, join(path, name), visited)
        else:
            yield from _walk_container(part, join(path, name), visited, entered)


def load_state(
    saveable: Any,
    weights: Reader | None,
    assets: Assets | None = None,
    skip_mismatch: bool = False,
    skipped: set[int] = frozenset(),  # type: ignore[assignment]  # never changed
) -> None:
    """Read what ``save_state`` wrote.

    skip_mismatch: warn of objects whose variables do not fit, and leave them out.
    skipped: the ids of objects that are left out.

    Raises ValueError if an object cannot be loaded; then nothing has changed.
    """
    scope = _Read()
    loading = _Loading(weights, assets, set(skipped), scope)
    try:
        with scope:
            loading.load(saveable, "")
            if loading.failures:
                message = _describe(loading.failures)
                if not skip_mismatch:
                    raise ValueError(message) from next(iter(loading.failures.values()))[1]
                frames.warn(message)
    except BaseException:
        loading.restore_attributes()
        raise
    for variable, value in scope.state_mapping.values():
        store(variable, value)


class _Read(StatelessScope):
    """Holds what has been read until everything has.

    The arrays from the file are used as they are: a model takes up most of the memory, and a copy
    of it would take as much.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fresh: dict[int, Any] = {}

    def note(self, array: Any) -> Any:
        """An array that was just made, and may become the value of one variable."""
        self._fresh[id(array)] = array
        return array

    def own(self, array: Any, dtype: Any) -> Any:
        if self._fresh.pop(id(array), None) is not None and array.dtype == dtype:
            return array
        return super().own(array, dtype)


class _Entry(Mapping[str, Any]):
    """What a file holds for one object; its arrays are noted as fresh."""

    def __init__(self, stored: Mapping[str, Any], scope: _Read) -> None:
        self._stored, self._scope = stored, scope

    def __getitem__(self, key: str) -> Any:
        return self._scope.note(self._stored[key])

    def __contains__(self, key: object) -> bool:
        return key in self._stored

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


Failures = dict[int, tuple[Any, Exception]]  # by id: the object, and why it could not be loaded


class _Loading:
    """One run through an object and its parts.

    An object that cannot be read at one path is tried again at the next one that leads to it.
    """

    def __init__(
        self, weights: Reader | None, assets: Assets | None, skipped: set[int], scope: _Read
    ) -> None:
        self.weights, self.assets, self.scope = weights, assets, scope
        self.done = skipped
        self.open: set[int] = set()  # the objects around the present one
        self.failures: Failures = {}
        self.before: dict[int, tuple[Any, dict[str, Any]]] = {}

    def restore_attributes(self) -> None:
        """Undo what objects did to their attributes while they were read."""
        for saveable, attributes in self.before.values():
            vars(saveable).clear()
            vars(saveable).update(attributes)

    def load(self, saveable: Any, path: str) -> None:
        if id(saveable) in self.done | self.open:
            return
        self.open.add(id(saveable))
        failure = self._load_own(saveable, path)
        before = len(self.failures)
        for name, part in parts_of(saveable):
            if isinstance(part, SAVEABLE):
                self.load(part, join(path, name))
            else:
                self.load_container(part, join(path, name), set())
        self.open.remove(id(saveable))
        if failure is not None:
            self.failures[id(saveable)] = saveable, failure
            return
        if len(self.failures) <= before:
            self.done.add(id(saveable))
        self.failures.pop(id(saveable), None)

    def _load_own(self, saveable: Any, path: str) -> Exception | None:
        """Read the variables and assets of one object; returns the error if it fails."""
        try:
            if self.weights is not None and hasattr(saveable, "load_own_variables"):
                self.before.setdefault(id(saveable), (saveable, {**vars(saveable)}))
                saveable.load_own_variables(_Entry(self.weights.entry(path), self.scope))
            if self.assets is not None and hasattr(saveable, "load_assets"):
                self.before.setdefault(id(saveable), (saveable, {**vars(saveable)}))
                saveable.load_assets(self.assets.find(path))
        except Exception as error:
            return error
        return None

    def load_container(self, container: Any, path: str, entered: set[int]) -> None:
        if id(container) in entered:
            return
        entered.add(id(container))
        for name, part in items_of(container):
            inner = join(path, name)
            if isinstance(part, SAVEABLE):
                self.load(part, inner)
            elif self._has(inner):
                self.load_container(part, inner, entered)
            else:
                self._load_missing_container(part, inner, entered)

    def _has(self, path: str) -> bool:
        if self.weights is not None and self.weights.has(path):
            return True
        return self.assets is not None and self.assets.find(path) is not None

    def _load_missing_container(self, container: Any, path: str, entered: set[int]) -> None:
        """A container in a container, of which the file knows nothing.

        Parity: versions of Keras that did not save these also wrote such files, so that it is no
        error if its layers are not found under another path.
        """
        failures, self.failures = self.failures, {}
        self.load_container(container, path, entered)
        missed, self.failures = self.failures, failures
        if missed:
            frames.warn(
                f"Skipping nested container at '{path}': no matching group found in the saved "
                "file. Older versions of Keras did not save layers in containers within "
                "containers. These layers keep their initial weights."
            )


def _describe(failures: Failures) -> str:
    first, error = next(iter(failures.values()))
    every = [saveable for saveable, _ in failures.values()]
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return (
        f"A total of {len(failures)} objects could not be loaded. Example error message for "
        f"object {first}:\n\n{error}\n\nList of objects that could not be loaded:\n"
        f"{every[:_SHOWN]}{more}"
    )
