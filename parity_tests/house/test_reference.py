"""The API reference names everything public and explains every argument."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

from minikeras import absent
from parity_tests.house.sources import page_tool

reference = page_tool("reference")


def documented() -> dict[str, Any]:
    """Everything that the reference has a heading for."""
    found = {}
    for entry in (entry for entries in reference.pages().values() for entry in entries):
        found[entry.name] = entry.thing
        if inspect.isclass(entry.thing):
            found |= {f"{entry.name}.{n}": method for n, method in reference.methods(entry.thing)}
    return found


def test_every_argument_is_explained() -> None:
    """By a docstring, or by docs/arguments.txt."""
    silent = {
        f"{name}({argument})"
        for name, thing in documented().items()
        for argument, _, text in reference.arguments(name, thing)
        if not text
    }
    assert not silent


def test_every_public_name_has_its_place() -> None:
    names = {name for entries in reference.pages().values() for e in entries for name in e.names}
    for path, theirs in absent.keras_names().items():
        there = vars(sys.modules.get(f"mini{path}", object))
        for name in (
            n for n in theirs if callable(there.get(n)) and not inspect.ismodule(there[n])
        ):
            ops = {f"keras.ops.{name}"} if path.startswith("keras.ops.") else set()
            assert names & {f"{path}.{name}", *ops}, f"{path}.{name}"


def test_a_page() -> None:
    page = reference.page_of("layers_convolutional")
    assert "## Conv2D { #keras.layers.Conv2D }" in page
    assert "`filters` *int*\n:   the number of output channels.\n" in page
    assert "```text\noutputs = activation(conv(inputs, kernel) + bias)\n```" in page
    assert "[`Conv2D`](layers_convolutional.md#keras.layers.Conv2D)" in page  # as Conv1D says
    assert "<small>`minikeras/layers/convolutional/conv.py`</small>" in page


def test_links_lead_to_headings() -> None:
    pages = {page: reference.page_of(page) for page in reference.pages()}
    pages["index"] = reference.contents()
    for text in pages.values():
        for page, anchor in re.findall(r"\]\((\w+)\.md#([\w.]+)\)", text):
            assert f"{{ #{anchor} }}" in pages[page]
