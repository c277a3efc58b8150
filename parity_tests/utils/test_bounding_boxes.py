"""Boxes around objects: formats, overlap and what detectors predict, compared with Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras.layers.preprocessing.images.boxes import FORMATS
from minikeras.utils import bounding_boxes
from parity_tests.checks.op import check_op

SEEDS = st.integers(0, 2**32 - 1)
ABSOLUTE = [name for name in FORMATS if not name.startswith("rel_")]
CENTRES = st.sampled_from(["center_xywh", "center_yxhw"])
SIZE = (90, 120)


def boxes_of(rng: np.random.Generator, *shape: int, form: str = "xyxy") -> Any:
    """Boxes that overlap here and there, in a format."""
    corner = rng.uniform(-20, 80, (*shape, 2))
    found = np.concatenate([corner, corner + rng.uniform(0.5, 60, (*shape, 2))], -1)
    height, width = SIZE
    return np.array(
        keras.utils.bounding_boxes.convert_format(found, "xyxy", form, height, width), "float32"
    )


def check(name: str, *arrays: Any, **static: Any) -> None:
    check_op(
        getattr(bounding_boxes, name),
        getattr(keras.utils.bounding_boxes, name),
        *arrays,
        **static,
    )


@given(
    seed=SEEDS,
    source=st.sampled_from(FORMATS),
    target=st.sampled_from(FORMATS),
    shape=st.sampled_from([(3,), (2, 3), (0,)]),
    dtype=st.sampled_from(["float32", "float64", "float16"]),
)
def test_formats(seed: int, source: str, target: str, shape: Any, dtype: str) -> None:
    boxes = boxes_of(np.random.default_rng(seed), *shape, form=source)
    height, width = SIZE
    static = {"source": source, "target": target.upper(), "height": height, "width": width}
    check("convert_format", boxes, **static, dtype=dtype)


@given(seed=SEEDS, batch=st.sampled_from([(), (2,)]), is_whole=st.booleans())
def test_cropped_and_padded(seed: int, batch: Any, is_whole: bool) -> None:
    rng = np.random.default_rng(seed)
    boxes = boxes_of(rng, *batch, 3)
    if is_whole:
        boxes = boxes.astype("int32")
    top, left, height, width = (int(n) for n in rng.integers(-9, 50, 4))
    check("pad", boxes, top=top, left=left)
    check("crop", boxes, top=top, left=left, height=abs(height), width=abs(width))


@given(seed=SEEDS, is_relative=st.booleans())
def test_clipped(seed: int, is_relative: bool) -> None:
    rng = np.random.default_rng(seed)
    form = "rel_xyxy" if is_relative else "xyxy"
    data = {"boxes": boxes_of(rng, 2, 4, form=form), "labels": rng.integers(0, 5, (2, 4))}
    options = {} if is_relative else {"height": 30, "width": 40}
    ours, theirs = (
        library.utils.bounding_boxes.clip_to_image_size(
            {k: library.ops.convert_to_tensor(v) for k, v in data.items()},
            bounding_box_format=form,
            **options,
        )
        for library in (minikeras, keras)
    )
    assert ours.keys() == theirs.keys()
    for name in theirs:
        np.testing.assert_array_equal(np.array(ours[name]), np.array(theirs[name]), strict=True)


@given(seed=SEEDS, batch=st.integers(1, 3), has_centre=st.booleans())
def test_moved(seed: int, batch: int, has_centre: bool) -> None:
    rng = np.random.default_rng(seed)
    numbers = [
        np.float32(rng.uniform(low, high, batch))
        for low, high in ((-180, 180), (-1, 1), (-1, 1), (0.5, 2), (-40, 40), (-40, 40))
    ]
    centre = {"center_x": 0.25, "center_y": 0.75} if has_centre else {}
    height, width = SIZE
    check_op(
        lambda *xs: bounding_boxes.affine_transform(*xs, height, width, **centre),
        lambda *xs: keras.utils.bounding_boxes.affine_transform(*xs, height, width, **centre),
        boxes_of(rng, batch, 3),
        *numbers,
    )


@given(
    seed=SEEDS,
    forms=st.tuples(st.sampled_from(FORMATS), st.sampled_from(FORMATS)),
    encoding=CENTRES,
    batch=st.sampled_from([(), (2,)]),
    variance=st.sampled_from([None, [0.1, 0.1, 0.2, 0.2]]),
)
def test_deltas(seed: int, forms: Any, encoding: str, batch: Any, variance: Any) -> None:
    rng = np.random.default_rng(seed)
    anchors, boxes = boxes_of(rng, 3, form=forms[0]), boxes_of(rng, *batch, 3, form=forms[1])
    static = {
        "anchor_format": forms[0],
        "box_format": forms[1],
        "variance": variance,
        "image_shape": (*SIZE, 3),
    }
    check("encode_box_to_deltas", anchors, boxes, **static, encoding_format=encoding)
    deltas = np.float32(rng.normal(size=boxes.shape))
    check("decode_deltas_to_boxes", anchors, deltas, **static, encoded_format=encoding)


def test_deltas_by_level() -> None:
    rng = np.random.default_rng(0)
    anchors, deltas = ({1: boxes_of(rng, 3), 2: boxes_of(rng, 5)} for _ in range(2))
    deltas = {level: d / 100 for level, d in deltas.items()}
    ours, theirs = (
        library.utils.bounding_boxes.decode_deltas_to_boxes(anchors, deltas, "xyxy", "xywh")
        for library in (minikeras, keras)
    )
    assert ours.keys() == theirs.keys()
    for level in theirs:
        np.testing.assert_allclose(np.array(ours[level]), np.array(theirs[level]), rtol=1e-6)


@given(
    seed=SEEDS,
    form=st.sampled_from(FORMATS),
    batches=st.sampled_from([((), ()), ((2,), ()), ((), (2,)), ((2,), (2,))]),
    is_masked=st.booleans(),
)
def test_overlap(seed: int, form: str, batches: Any, is_masked: bool) -> None:
    rng = np.random.default_rng(seed)
    first, second = (
        boxes_of(rng, *batch, n, form=form) for batch, n in zip(batches, (3, 4), strict=True)
    )
    if is_masked and batches[0] == batches[1]:  # Keras fails for other ranks
        first[..., 1, :] = second[..., 0, :] = -1
        options = {"use_masking": True, "mask_val": -2}
    else:
        options = {}
    check("compute_iou", first, second, bounding_box_format=form, image_shape=(*SIZE, 3), **options)


@given(seed=SEEDS, form=st.sampled_from(ABSOLUTE), batch=st.sampled_from([(), (2,)]))
def test_complete_overlap(seed: int, form: str, batch: Any) -> None:
    rng = np.random.default_rng(seed)
    boxes = [boxes_of(rng, *batch, 3, form=form) for _ in range(2)]
    check("compute_ciou", *boxes, bounding_box_format=form)


def test_masked_overlap_where_one_set_has_a_batch() -> None:
    boxes = np.float32([[[0, 0, 10, 10], [-1, -1, -1, -1]]])
    found = bounding_boxes.compute_iou(boxes, boxes[0], "xyxy", use_masking=True)
    np.testing.assert_allclose(np.array(found), [[[1, -1], [-1, -1]]])


BOXES = np.ones((2, 3, 4), "float32")
MISTAKES = {
    "unknown format": ("convert_format", (BOXES, "xyxy", "xxyy")),
    "five numbers": ("convert_format", (np.ones((3, 5)), "xyxy", "xywh")),
    "no size": ("convert_format", (BOXES, "rel_xyxy", "xywh")),
    "clipped without a size": ("clip_to_image_size", ({"boxes": BOXES}, None, 5)),
    "clipped in another format": ("clip_to_image_size", ({"boxes": BOXES}, 5, 5, "xywh")),
    "moved in another format": (
        "affine_transform",
        (BOXES, *[BOXES[:, 0, 0]] * 6, 5, 5, None, None, "xywh"),
    ),
    "cropped in another format": ("crop", (BOXES, 1, 1, 5, 5, "xywh")),
    "padded in another format": ("pad", (BOXES, 1, 1, None, None, "xywh")),
    "three variances": (
        "encode_box_to_deltas",
        (BOXES, BOXES, "xyxy", "xyxy", "center_yxhw", [1.0] * 3),
    ),
    "encoded as corners": ("encode_box_to_deltas", (BOXES, BOXES, "xyxy", "xyxy", "xyxy")),
    "decoded as corners": ("decode_deltas_to_boxes", (BOXES, BOXES, "xyxy", "xyxy", "xyxy")),
    "decoded with three variances": (
        "decode_deltas_to_boxes",
        (BOXES, BOXES, "xyxy", "xyxy", "center_yxhw", [1.0] * 3),
    ),
    "a shape of two": (
        "encode_box_to_deltas",
        (BOXES, BOXES, "xyxy", "xyxy", "center_yxhw", None, (5, 5)),
    ),
    "one box": ("compute_iou", (BOXES[0, 0], BOXES, "xyxy")),
    "overlap without a size": ("compute_iou", (BOXES, BOXES, "rel_xyxy")),
    "complete overlap of relative boxes": ("compute_ciou", (BOXES, BOXES, "rel_xyxy", (5, 5, 3))),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake: str) -> None:
    name, arguments = MISTAKES[mistake]
    kinds = []
    for library in (minikeras, keras):
        with pytest.raises((ValueError, NotImplementedError)) as caught:
            getattr(library.utils.bounding_boxes, name)(*arguments)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def test_boxes_without_a_batch_are_not_moved() -> None:
    with pytest.raises(ValueError, match=r"\(batch, boxes, 4\)"):
        bounding_boxes.affine_transform(BOXES[0], *[BOXES[:, 0, 0]] * 6, 5, 5)
