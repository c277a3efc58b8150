"""``KerasFileEditor``: what is in a file of weights, and whether a model fits it.

Editing and saving again are not here; a file is read whole and changed by no method.
"""

from __future__ import annotations

from typing import Any

from minikeras.messages import describe, printable
from minikeras.optional import Library
from minikeras.saving.hdf5 import Group, open_hdf5
from minikeras.saving.json_text import parse_object
from minikeras.saving.keras_archive import CONFIG, METADATA, WEIGHTS
from minikeras.saving.limits import LIMITS, LoadError
from minikeras.saving.opening import opened
from minikeras.saving.parts import SAVEABLE, items_of, parts_of
from minikeras.saving.weights_store import array_of
from minikeras.saving.zip_archive import Archive

console_module = Library("rich.console")
markup = Library("rich.markup")


class KerasFileEditor:
    """The contents of a file of weights, without a model.

    filepath: a path that ends in ``.keras`` or ``.weights.h5``.

    weights_dict: the arrays, in dictionaries that are nested as the objects of the model are.
    config, metadata: those of a ``.keras`` file; None for weights alone.

    Raises ValueError for another suffix; LoadError for a file that is damaged or means harm.
    """

    def __init__(self, filepath: str) -> None:
        self.filepath = str(filepath)
        self.config: dict[str, Any] | None = None
        self.metadata: dict[str, Any] | None = None
        self.object_metadata: dict[str, dict[str, Any]] = {}
        self.console = console_module.Console(highlight=False)
        if self.filepath.endswith(".keras"):
            with opened(self.filepath) as file:
                archive = Archive(file, self.filepath)
                self.config = parse_object(archive.read(CONFIG), f"{self.filepath}, {CONFIG}")
                self.metadata = parse_object(archive.read(METADATA), f"{self.filepath}, {METADATA}")
                with archive.open(WEIGHTS) as weights:
                    self._read(weights)
        elif self.filepath.endswith(".weights.h5"):
            self._read(self.filepath)
        else:
            raise ValueError(
                "Invalid filename: expected a `.keras` `.weights.h5` extension. "
                f"Received: filepath={describe(filepath)}"
            )
        self._print(f"Keras model file '{self.filepath}'")
        if self.metadata is not None:
            version, date = (self.metadata.get(key) for key in ("keras_version", "date_saved"))
            self._print(f"Saved with Keras {version} - date: {date}")

    def __repr__(self) -> str:
        return f"<KerasFileEditor of {self.filepath}>"

    def _read(self, source: Any) -> None:
        self._count = 0
        with open_hdf5(source, self.filepath) as root:
            self.weights_dict = self._tree(root, "")

    def _tree(self, group: Group, path: str) -> dict[str, Any]:
        """The arrays of a group. The group ``vars`` of an object stands for the object."""
        found: dict[str, Any] = {}
        if attributes := group.attributes():
            self.object_metadata[path] = attributes
        for name in [*group.keys()]:
            self._count += 1
            if self._count > LIMITS.members:
                raise LoadError(f"{self.filepath}: more than {LIMITS.members} entries")
            inside = group[name]
            if not isinstance(inside, Group):
                found[name] = inside.read()
                continue
            names = inside.keys()
            home = inside["vars"] if "vars" in names else inside
            if not isinstance(home, Group):
                raise LoadError(f"{home.where} is no group")
            if names and home.keys():
                found[name] = self._tree(home, f"{path}/{name}")
        return found

    def summary(self) -> None:
        """Print the objects and the shapes of their weights."""
        self._print("Weights structure")
        self._print_tree(self.weights_dict, "  ", is_first=True)

    def _print_tree(self, tree: dict[str, Any], indent: str, is_first: bool) -> None:
        last = len(tree) - 1
        for i, (name, value) in enumerate(tree.items()):
            sign = "> " if is_first else "└─ " if i == last else "├─ "
            is_first = False
            if isinstance(value, dict):
                self._print(f"{indent}{sign}{name}")
                self._print_tree(value, indent + ("    " if i == last else "│   "), is_first)
            else:
                self._print(f"{indent}{sign}{name}: shape={value.shape}, dtype={value.dtype}")

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Compare the weights in the file with those of a model, and print what differs.

        reference_model: a model that is built.

        Returns ``status``, which is "success" or "error", ``error_count``, the number of objects
        and weights that are missing on a side or differ in shape, and ``match_count``.
        """
        self._print("Running comparison")
        known: set[str] = set()
        wanted = _tree_of(reference_model, set())
        errors, matches = self._compare(
            self.weights_dict, wanted, "", ("saved file", "reference model"), known
        )
        more, _ = self._compare(
            wanted, self.weights_dict, "", ("reference model", "saved file"), known
        )
        errors += more
        self._print("─────────────────────")
        if errors:
            self._print(
                f"Found {errors} error{'s' if errors > 1 else ''}: saved file is not "
                "compatible with the reference model"
            )
        else:
            self._print("Comparison successful: saved file is compatible with the reference model")
            self._print(f"    Found {matches} matching weight{'' if matches == 1 else 's'}")
        status = "error" if errors else "success"
        return {"status": status, "error_count": errors, "match_count": matches}

    def _compare(
        self,
        target: dict[str, Any],
        reference: dict[str, Any],
        path: str,
        sides: tuple[str, str],
        known: set[str],
        errors: int = 0,
        matches: int = 0,
    ) -> tuple[int, int]:
        """How many entries of ``reference`` ``target`` has not, or with another shape; how many
        weights agree.

        known: the paths of the errors so far, which are not reported again.
        errors, matches: the numbers before.

        Parity: the numbers before an object inside are counted once more behind it.
        """
        there, here = sides
        for name, value in reference.items():
            inner = f"{path}/{name}"
            if inner in known:
                continue
            found = target.get(name)
            if found is None or isinstance(found, dict) != isinstance(value, dict):
                known.add(inner)
                errors += 1
                kind = "Object" if isinstance(value, dict) else "Weight"
                self._print(f"...{kind} {inner} present in {here}, missing from {there}")
                if isinstance(value, dict):
                    keys = [*value]
                    self._print(f"    In {here}, {inner} contains the following keys: {keys}")
            elif isinstance(value, dict):
                more, agree = self._compare(found, value, inner, sides, known, errors, matches)
                errors, matches = errors + more, matches + agree
            elif found.shape != value.shape:
                known.add(inner)
                errors += 1
                self._print(f"...Weight shape mismatch for {inner}")
                self._print(f"    In {here}: shape={value.shape}")
                self._print(f"    In {there}: shape={found.shape}")
            else:
                matches += 1
        return errors, matches

    def _print(self, text: str) -> None:
        """Names come from the file: they must not steer the terminal."""
        self.console.print(markup.escape(printable(text)))


def _tree_of(saveable: Any, visited: set[int]) -> dict[str, Any]:
    """The weights of a model as ``weights_dict`` has those of a file."""
    if id(saveable) in visited:
        return {}
    visited.add(id(saveable))
    found: dict[str, Any] = {}
    if hasattr(saveable, "save_own_variables"):
        own: dict[str, Any] = {}
        saveable.save_own_variables(own)
        found |= {key: array_of(own[key]) for key in sorted(own)}
    for name, part in parts_of(saveable):
        inner = _tree_of(part, visited) if isinstance(part, SAVEABLE) else _tree_in(part, visited)
        if inner:
            found[name] = inner
    return found


def _tree_in(container: Any, visited: set[int]) -> dict[str, Any]:
    """The weights of the objects in a container, by their names in files."""
    trees = {
        name: _tree_of(part, visited) if isinstance(part, SAVEABLE) else {}
        for name, part in items_of(container)
    }
    return {name: tree for name, tree in trees.items() if tree}
