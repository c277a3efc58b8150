"""Pictures hold what they are given, and are the same each time."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import minikeras as keras
from minikeras.visualization import contour


def ravine(x, y):
    return 0.1 * x**2 + 2 * y**2


@pytest.fixture(scope="module")
def trace():
    return keras.optimizers.SGD(0.2, momentum=0.5).trace(ravine, (-4, 1), 5)


def lines_of(picture):
    return picture.figure.axes[0].lines


def test_a_path_is_drawn_point_by_point(trace):
    picture = contour(ravine, trace, title="a ravine")
    path, start, end = lines_of(picture)
    np.testing.assert_array_equal(path.get_xydata(), trace.w.astype(float))
    np.testing.assert_array_equal(start.get_xydata(), trace.w[:1].astype(float))
    np.testing.assert_array_equal(end.get_xydata(), trace.w[-1:].astype(float))
    low, high = picture.figure.axes[0].get_xlim()
    assert low < trace.w[:, 0].min() and high > trace.w[:, 0].max()
    text = picture._repr_html_()
    ElementTree.fromstring(text)
    assert text.startswith("<svg") and "a ravine" in text and trace.label in text


def test_the_lines_are_those_of_equal_height(trace):
    (lines,) = contour(ravine, trace, levels=7).figure.axes[0].collections
    drawn = 0
    for level, points in zip(lines.levels, lines.allsegs, strict=True):
        for segment in points:
            drawn += 1
            np.testing.assert_allclose(ravine(*segment.T), level, atol=0.02)
    assert drawn >= 6


def test_labels(trace):
    assert lines_of(contour(ravine, {"mine": trace}))[0].get_label() == "mine"
    labels = [line.get_label() for line in lines_of(contour(ravine, [trace, trace, trace.w]))]
    assert labels[::3] == [trace.label, f"{trace.label}, 2", "path 3"]


def test_the_axes_have_the_names_of_the_arguments(trace):
    axes = contour(ravine, trace).figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")
    several = contour(lambda *point: ravine(*point), trace).figure.axes[0]
    assert several.get_xlabel() == several.get_ylabel() == ""


def test_functions_of_single_numbers_and_of_one_number(trace):
    def branching(x, y):
        return x if x > y else y

    (lines,) = contour(branching, levels=3).figure.axes[0].collections
    assert all(
        np.allclose(s.max(axis=1), v) for v, p in zip(lines.levels, lines.allsegs) for s in p
    )
    path = keras.optimizers.SGD(0.1).trace(lambda x: x * x, 2.0, 3)
    curve, points, *_ = lines_of(contour(lambda x: x * x, path, ylim=(0, 5)))
    np.testing.assert_allclose(curve.get_ydata(), curve.get_xdata() ** 2)
    np.testing.assert_allclose(points.get_ydata(), path.loss, rtol=1e-6)


def test_what_is_not_finite_is_left_out():
    contour(lambda x, y: keras.ops.log(x) + y).svg.index("path")
    contour(lambda x, y: x * 0.0, np.zeros((1, 2)))  # a plane has no lines of equal height
    contour(ravine, np.array([[0.0, 0.0], [np.inf, np.nan]]))


def test_files(trace, tmp_path):
    picture = contour(ravine, trace)
    picture.save(tmp_path / "a.svg")
    contour(ravine, trace).save(tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_text() == (tmp_path / "b.svg").read_text()
    picture.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert re.fullmatch(r"<Picture: 6 × 4.5 inches>", repr(picture))


@pytest.mark.parametrize(
    ("paths", "error"),
    [
        (3, "paths must be a list or a dict of paths, received 3"),
        ([np.zeros((4, 3))], "a path must be a trace on one or two numbers"),
        ([np.zeros((4, 1)), np.zeros((4, 2))], "paths must all have 1 or all have 2 numbers"),
    ],
)
def test_refusals(paths, error):
    with pytest.raises(ValueError, match=error):
        contour(ravine, paths)
