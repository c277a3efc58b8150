"""A drawing shows every recorded value with its gradient, with Graphviz and without."""

from xml.etree import ElementTree

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import GradientTape, Tensor, Variable, drawing


@pytest.fixture
def recorded():
    w, x = Variable(np.float64(2), name="w"), Tensor(np.float64(3))
    with GradientTape() as tape:
        tape.watch(x)
        y = ops.square(w * x + 1.0)
    return tape, y, w, x


def test_boxes_hold_values_and_gradients(recorded):
    tape, y, w, x = recorded
    drawn = tape.draw(y, x=x, y=y)
    lines = [box.lines for box in drawn.boxes]
    assert lines == [
        ["w", "2", "grad 42"],
        ["x", "3", "grad 28"],
        ["multiply", "6", "grad 14"],
        ["1"],
        ["add", "7", "grad 14"],
        ["y = square", "49", "grad 1"],
    ]
    assert [box.sources for box in drawn.boxes] == [[], [], [0, 1], [], [2, 3], [4]]
    assert repr(drawn) == "<Drawing: 6 values, 5 arrows>"
    assert [float(g) for g in tape.gradient(y, [w, x])] == [42, 28]  # the tape is not used up
    with pytest.raises(ValueError, match="the tape holds no operation to draw"):
        tape.draw()


@pytest.mark.parametrize("dot", [None, "as it is installed"])
def test_the_picture_has_a_box_for_each(recorded, dot, monkeypatch, tmp_path):
    if dot is None:
        monkeypatch.setattr(drawing.shutil, "which", lambda name: None)
    drawn = recorded[0].draw()
    drawn.save(tmp_path / "graph.svg")
    root = ElementTree.fromstring((tmp_path / "graph.svg").read_text())
    texts = ["".join(e.itertext()).strip() for e in root.iter() if e.tag.endswith("}text")]
    assert {"w", "2", "grad 42", "square", "49", "add"} <= {*texts}
    assert "currentColor" in drawn._repr_html_() and "#808080" not in drawn.svg
    assert recorded[0].draw().svg == drawn.svg


def test_boxes_do_not_overlap(monkeypatch):
    monkeypatch.setattr(drawing.shutil, "which", lambda name: None)
    a, b = Variable(np.ones((2, 3)), name="a"), Variable(np.float64(2), name='"b<')
    with GradientTape() as tape:
        c = ops.sum(ops.tanh(a * b) + a / b)
        first, second = ops.split(ops.reshape(a, (6,)), 2)
        ops.sum(first * second) * c
    drawn = tape.draw()
    root = ElementTree.fromstring(drawn.svg)
    rectangles = [
        [float(e.get(k)) for k in ("x", "y", "width", "height")]
        for e in root.iter()
        if e.tag.endswith("}rect")
    ]
    assert len(rectangles) == len(drawn.boxes) == 13
    for i, (x, y, width, height) in enumerate(rectangles):
        assert x >= 0 and y >= 0
        assert x + width <= float(root.get("width")) and y + height <= float(root.get("height"))
        for other in rectangles[:i]:
            apart = x >= other[0] + other[2] or other[0] >= x + width
            assert apart or y >= other[1] + other[3] or other[1] >= y + height
    assert r"\"b<" in drawn.dot
    assert any("split 1" in box.lines[0] for box in drawn.boxes)
    assert any("(2, 3) norm 2.45" in line for box in drawn.boxes for line in box.lines)
