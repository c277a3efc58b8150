"""Legacy ``.h5`` files that mean harm."""

from __future__ import annotations

import functools
import io
import json
import tempfile
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from parity_tests.saving.building_blocks import put, sequential
from parity_tests.saving.corpus import CASES, Case
from parity_tests.saving.corpus_hdf5 import SHAPE, instead

KERNEL = "model_weights/dense/model/dense/kernel"


@functools.cache
def legacy() -> bytes:
    """A sound file."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a format that is considered legacy
        sequential().save(f"{folder}/x.h5")
        return Path(folder, "x.h5").read_bytes()


def legacy_case(number: int, name: str, says: str, *changes: Any, **options: Any) -> None:
    """Add a case of legacy files after ``change(file, folder)``."""

    def build(folder: Path) -> Iterable[Path]:
        for i, change in enumerate(changes):
            file = io.BytesIO(legacy())
            with h5py.File(file, "r+") as opened:
                change(opened, folder)
            yield put(folder, file.getvalue(), f"{i}.h5")

    CASES.append(Case(number, f"{name} (.h5)", build, says, **options))


def config(change: Callable[[Any], Any], attribute: str = "model_config") -> Any:
    """A change of the JSON text in an attribute; ``change`` works in place."""

    def changed(file: Any, folder: Path) -> None:
        value = json.loads(file.attrs[attribute])
        change(value)
        file.attrs[attribute] = json.dumps(value)

    return changed


def layer(**entries: Any) -> Any:
    """A change of the entry of the first dense layer."""
    return config(lambda c: c["config"]["layers"][1].update(entries))


def attribute(name: str, value: Any, group: str = "/") -> Any:
    """A change of an attribute."""

    def changed(file: Any, folder: Path) -> None:
        file[group].attrs[name] = value

    return changed


def kernel(change: Callable[..., Any]) -> Any:
    """A change that was made for other files, of the kernel of this one."""
    return instead(change, where=KERNEL)


_CODE = ["4wEAAAA=", None, None]
legacy_case(
    13,
    "the code of a lambda",
    "(?i)lambda|code",
    layer(class_name="Lambda", config={"function": _CODE, "function_type": "lambda"}),
    layer(
        class_name="Lambda",
        config={"function": {"class_name": "__lambda__", "config": {"code": _CODE[0]}}},
    ),
    layer(
        class_name="Lambda",
        module="keras.layers",
        config={"function": _CODE, "function_type": "lambda", "safe_mode": False},
    ),
)
legacy_case(
    12,
    "classes that are none of Keras",
    "Could not locate|Unknown|unknown",
    layer(class_name="os>system", config={"command": "touch harm"}),
    layer(class_name="system", module="os"),
    layer(class_name="eval", module="builtins"),
    layer(class_name="get_file", module="keras.utils", config={"origin": "http://localhost:9"}),
    layer(class_name="TFSMLayer", config={"filepath": "x"}),
    error=Exception,
)
legacy_case(
    19,
    "units",
    "the file allow",
    config(lambda c: c["config"]["layers"][1]["config"].update(units=10**12)),
)


def _external(file: Any, name: str, folder: Path) -> None:
    (folder / "secret.txt").write_bytes(b"s" * 48)
    outside = [(str(folder / "secret.txt"), 0, 48)]
    file.create_dataset(name, SHAPE, "float32", external=outside)


def _link(file: Any, name: str, folder: Path) -> None:
    file[name] = h5py.SoftLink("/model_weights/dense_1")


legacy_case(
    28,
    "links",
    "soft or external link",
    kernel(lambda f, name, _: f.__setitem__(name, h5py.ExternalLink("secret.h5", "x"))),
    kernel(_link),
    instead(_link, where="model_weights/dense"),
    instead(
        lambda f, name, _: f.__setitem__(name, h5py.ExternalLink("secret.h5", "/")),
        where="model_weights",
    ),
)
legacy_case(29, "bytes of another file", "another file", kernel(_external))
legacy_case(
    32,
    "objects and texts",
    "a type that is not read",
    kernel(lambda f, name, _: f.create_dataset(name, SHAPE, h5py.string_dtype())),
    kernel(lambda f, name, _: f.create_dataset(name, SHAPE, h5py.ref_dtype)),
)
legacy_case(
    33,
    "attributes",
    "no text|not JSON|bytes of JSON|no list of names|type that is not read|expected|mismatch"
    "|holds a name twice|No model config|texts of up to|inside each other",
    attribute("model_config", 3),
    attribute("model_config", [1, 2]),
    attribute("model_config", "{"),
    attribute("model_config", "[" * 50_000),
    attribute("model_config", " " * (17 << 20)),
    attribute("training_config", 3),
    attribute("layer_names", 3, "model_weights"),
    attribute("layer_names", [b"dense", b"dense"], "model_weights"),
    attribute("layer_names", [b"../dense", b"dense_1"], "model_weights"),
    attribute("layer_names", np.array(["x" * 9000] * 300, h5py.string_dtype()), "model_weights"),
    attribute("weight_names", [b"/etc/passwd", b"x"], "model_weights/dense"),
    attribute("weight_names", np.zeros(3), "model_weights/dense"),
    lambda file, folder: file.attrs.pop("model_config"),
    naive=False,
    error=Exception,
)
legacy_case(
    34,
    "how it is compiled",
    ".",
    config(lambda c: c.update(loss="os.system"), "training_config"),
    config(lambda c: c.update(loss={"class_name": "system", "module": "os"}), "training_config"),
    config(lambda c: c.update(metrics=[["eval"]]), "training_config"),
    config(lambda c: c.update(optimizer_config={"class_name": "x"}), "training_config"),
    config(lambda c: c.update(optimizer_config=3), "training_config"),
    error=Exception,
)
legacy_case(
    35,
    "weights of another model",
    "(?i)mismatch|expected|shape|bytes",
    kernel(lambda f, name, _: f.create_dataset(name, data=np.ones((3, 4), "float32"))),
    kernel(lambda f, name, _: f.create_dataset(name, (2**40,), "float32")),
    kernel(lambda f, name, _: None),
)
