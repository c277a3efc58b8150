"""All rows by part, what a call does, and the page ``docs/bad_input.md``.

``python -m parity_tests.misuse.parts.tables`` writes the page.
"""

from __future__ import annotations

import functools
import re
import tempfile
import warnings
from pathlib import Path

import keras

import minikeras
from parity_tests.misuse.outcome import TENSORFLOW
from parity_tests.misuse.parts import (
    features,
    files,
    image_layers,
    networks,
    operations,
    series,
    text,
)
from parity_tests.misuse.parts.rows import Prepared, Row

PARTS: dict[str, dict[str, Row]] = {
    "Image layers": image_layers.ROWS,
    "Operations on images and signals": operations.ROWS,
    "Files and folders": files.ROWS,
    "Lookups and text": text.ROWS,
    "Categories, numbers, spectrograms": features.ROWS,
    "Series, sequences, generators": series.ROWS,
    "Applications": networks.ROWS,
}
EVERY = {f"{part}: {name}": row for part, rows in PARTS.items() for name, row in rows.items()}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "bad_input.md"
SHOWN = 160  # characters of a message
WRITTEN = "files were written or changed before the error"


@functools.cache
def error_of(framework: str, name: str) -> Exception | None:
    """What a call raises, in a folder of its own that is removed afterwards."""
    module, call = {"keras": keras, "minikeras": minikeras}[framework], EVERY[name].call
    with tempfile.TemporaryDirectory() as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(path)
        if isinstance(call, Prepared):
            call.prepare(module, folder)
            call = call.act
        before = _files(folder)
        try:
            call(module, folder)
        except Exception as error:  # any type: it is compared with Keras's
            if _files(folder) != before:
                error.add_note(WRITTEN)
            return error
    return None


def _files(folder: Path) -> dict[str, bytes | None]:
    return {str(p): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def message(error: Exception) -> str:
    return "\n".join([str(error), *getattr(error, "__notes__", ())])


def expected(name: str) -> type[Exception]:
    """The type of the error here; AssertionError if ``instead`` is missing or not needed."""
    theirs, instead = error_of("keras", name), EVERY[name].instead
    usual = TENSORFLOW.get(type(theirs), (type(theirs), ""))[0]
    if instead is None:
        assert theirs is not None, "Keras accepts it"
        return usual
    assert usual is not instead[0], f"Keras raises {theirs!r} itself"
    return instead[0]


def page() -> str:
    others = [row for row in EVERY.values() if row.instead is not None]
    every_layer = image_layers.public()
    checked = sum(len(image_layers.kinds_of(name)) for name in every_layer)
    sections = [
        f"## {part}\n\n| call | Keras | minikeras |\n|---|---|---|\n" + "\n".join(_lines(part))
        for part in PARTS
    ]
    return f"""# Bad input for each part

{len(EVERY)} calls with bad input, each run with Keras 3.15 on TensorFlow and with minikeras. The
type of the error is that of Keras in {len(EVERY) - len(others)} of them. In the other {len(others)}
Keras accepts the input, fails by accident, or raises an error that only TensorFlow has; the last
column says why the type is another one. Each message of minikeras holds the argument or the file,
what it received and what is expected; `parity_tests/misuse/parts/` lists the words. After each
error no file was written or changed, and a layer gives what a new one gives. Besides, each of the
{len(every_layer)} image layers was called with {len(image_layers.KINDS)} kinds of bad data, as far
as they concern it: {checked} calls more. Messages are cut after {SHOWN} characters.
`python -m parity_tests.misuse.parts.tables` makes this page.

{chr(10).join(sections)}
"""


def _lines(part: str) -> list[str]:
    return [
        f"| {_escaped(name)} | {_shown(error_of('keras', f'{part}: {name}'))} "
        f"| {_shown(error_of('minikeras', f'{part}: {name}'))}"
        + (f" ({row.instead[1]})" if row.instead else "")
        + " |"
        for name, row in PARTS[part].items()
    ]


def _shown(error: Exception | None) -> str:
    if error is None:
        return "_accepted_"
    text = re.sub(r"\x1b\[\d*m", "", str(error))
    text = re.sub(r"Exception encountered when calling \w+\.call\(\)\.", "", text)
    text = re.sub(r"\{([^{}:]*)\}", lambda m: f"{{{', '.join(sorted(m[1].split(', ')))}}}", text)
    text = re.sub(r"0x[0-9a-fA-F]+", "0x…", re.sub(r"/tmp/\w+", "folder", text))
    text = text.partition("{{")[0]  # the name of a kernel, which depends on the processor
    text = " ".join(re.sub(r"_\d+\b", "", text).split())
    if not text:
        return _escaped(type(error).__name__)
    return _escaped(f"{type(error).__name__}: {text[:SHOWN]}" + "…" * (len(text) > SHOWN))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_|<>\[\]{}])", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page())
