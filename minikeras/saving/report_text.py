"""A report of an inspection as text for the terminal."""

from __future__ import annotations

from minikeras.messages import count, printable
from minikeras.saving.report import LOADS, Report

_SHOWN = 12  # layers and arrays, unless all are asked for
_KERAS = {
    "safe": "Keras 3.15 loads this file safely, as far as can be told",
    "refuses": "Keras 3.15 refuses to load this file, or needs more than it",
    "unknown": "Whether Keras 3.15 loads this file was not found out",
    "unsafe": "Keras 3.15 does not refuse all of this: do not load it with Keras",
    "": "This is no file of Keras",
}


def text_of(report: Report, full: bool = False) -> str:
    """What the file is and holds, then what was found. Nothing in it steers the terminal.

    full: whether all layers and arrays are listed.
    """
    lines = [f"{report.path}: {report.format}, {report.size:,} bytes"]
    lines += [f"  {key}: {value}" for key, value in report.about.items()]
    if report.layers:
        lines += ["", count(len(report.layers), "layer")]
        layers = [f"  {layer['name']} ({layer['class']})" for layer in report.layers]
        lines += _shortened(layers, full)
    if report.arrays:
        elements = f"{report.parameters:,} numbers"
        lines += ["", f"{count(len(report.arrays), 'array')}, {elements}"]
        arrays = [f"  {a['name']}: {tuple(a['shape'])} {a['dtype']}" for a in report.arrays]
        lines += _shortened(arrays, full)
    lines += ["", "Nothing suspicious was found" if not report.findings else "Findings"]
    for found in report.findings:
        about = "" if found.keras == LOADS else f" [Keras: {found.keras}]"
        lines += [f"  {found.kind}: {found.where}: {found.what}{about}"]
    lines += ["", f"{_KERAS[report.keras]}."]
    return "\n".join(map(printable, lines))


def _shortened(lines: list[str], full: bool) -> list[str]:
    if full or len(lines) <= _SHOWN:
        return lines
    return [*lines[: _SHOWN - 1], f"  ... and {len(lines) - _SHOWN + 1} more (--full lists them)"]
