"""Bad input of the layers that change images: every public one with every wrong kind of data."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import numpy as np

import minikeras
from minikeras.layers.preprocessing.images.base import ImageLayer, RandomImageLayer
from parity_tests.misuse.parts.rows import ACCIDENT, NONSENSE, Row, layer, used

IMAGES = np.linspace(0, 255, 2 * 6 * 6 * 3, dtype="float32").reshape(2, 6, 6, 3)
BOXES = np.float32([[[1, 1, 4, 4]], [[0, 2, 3, 5]]])
CLASSES = np.int64([[0], [1]])

NEEDED: dict[str, dict[str, Any]] = {
    **{
        name: {"factor": 0.5}
        for name in (
            *("RandomBrightness", "RandomColorDegeneration", "RandomContrast", "RandomHue"),
            *("RandomRotation", "RandomSaturation", "RandomSharpness"),
        )
    },
    "CenterCrop": {"height": 2, "width": 2},
    "MaxNumBoundingBoxes": {"max_number": 2},
    "RandomCrop": {"height": 2, "width": 2},
    "RandomPosterization": {"factor": 3},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.3},
    "RandomZoom": {"height_factor": 0.3},
    "Resizing": {"height": 4, "width": 4},
}


def public() -> list[str]:
    """All public layers that change images; a new one joins by being there."""
    every = {name: getattr(minikeras.layers, name) for name in dir(minikeras.layers)}
    return [n for n, c in every.items() if isinstance(c, type) and issubclass(c, ImageLayer)]


def options_of(name: str) -> dict[str, Any]:
    kind = getattr(minikeras.layers, name)
    found = dict(NEEDED.get(name, {}), bounding_box_format="xyxy")
    if "seed" in inspect.signature(kind).parameters:
        found["seed"] = 1
    return found


class Kind(NamedTuple):
    """A wrong kind of data for every image layer.

    error: the type here.
    accidents: the types with which layers of Keras fail in its place.
    only: the layers for which it is wrong.
    """

    data: Any
    words: str
    error: type[Exception]
    accidents: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None


def _with(**parts: Any) -> dict[str, Any]:
    return {"images": IMAGES, **parts}


def _boxes(boxes: Any, labels: Any = CLASSES) -> dict[str, Any]:
    return _with(bounding_boxes={"boxes": boxes, "labels": labels})


_SIZE = "segmentation_masks | size | (2, 6, 6, 3)"
_COUNT = "segmentation_masks | rank | (2, 6, 6, 3)"
_EQUAL = tuple(n for n in public() if getattr(minikeras.layers, n)._needs_masks_of_equal_size)
_MOVE_MASKS = tuple(
    n
    for n in public()
    if getattr(minikeras.layers, n).transform_segmentation_masks
    is not ImageLayer.transform_segmentation_masks
)
_MOVE_BOXES = tuple(
    n
    for n in public()
    if getattr(minikeras.layers, n).transform_bounding_boxes
    is not ImageLayer.transform_bounding_boxes
    and n not in ("CutMix", "RandomElasticTransform")  # which refuse boxes
)
_COLOURED = ("AugMix", "RandAugment", "RandomColorDegeneration", "RandomGrayscale")
_COLOURED += ("RandomHue", "RandomSaturation")
_NO_CALL = ("AttributeError", "NotImplementedError")  # RandomGrayscale and the tiles, in Keras

KINDS: dict[str, Kind] = {
    "rank 2": Kind(IMAGES[0, 0], "images | rank | (6, 3)", ValueError, ("IndexError",)),
    "rank 5": Kind(IMAGES[None], "images | rank | (1, 2, 6, 6, 3)", ValueError),
    "a number": Kind(3, "rank | ()", ValueError, ("IndexError", "AttributeError")),
    "None": Kind(None, "images | None | array", ValueError, ("AttributeError",)),
    "text": Kind(np.full((2, 6, 6, 3), "a"), "numbers | (2, 6, 6, 3)", ValueError, ("none",)),
    "objects": Kind(IMAGES.astype(object), "numbers | object", ValueError),
    "lists of unequal lengths": Kind(
        [[[[1.0]]], [[[1.0], [2.0]]]], "images | lists", ValueError, ("AttributeError",)
    ),
    "no height": Kind(IMAGES[:, :0], "pixels | (2, 0, 6, 3)", ValueError, ("none",)),
    "no channels": Kind(
        IMAGES[..., :0],
        "pixels | (2, 6, 6, 0)",
        ValueError,
        ("none", "IndexError", "FailedPreconditionError"),
    ),
    "no images": Kind({"labels": np.eye(2)}, "'labels' | 'images'", KeyError, ("AttributeError",)),
    "images misspelt": Kind({"image": IMAGES}, "'image' | 'images'", KeyError, ("AttributeError",)),
    "an empty dict": Kind({}, "[] | 'images'", KeyError, ("IndexError",)),
    "images are None": Kind(
        {"images": None}, "images | None | array", ValueError, ("AttributeError",)
    ),
    "images of rank 2": Kind(
        {"images": IMAGES[0, 0]}, "images | (6, 3)", ValueError, ("IndexError", "AttributeError")
    ),
    "labels are None": Kind(
        _with(labels=None), "data['labels'] | None | array", ValueError, ("AttributeError",)
    ),
    "boxes without labels": Kind(
        _with(bounding_boxes={"boxes": BOXES}), "bounding_boxes | 'labels'", ValueError, _NO_CALL
    ),
    "boxes as an array": Kind(
        _with(bounding_boxes=BOXES), "bounding_boxes | (2, 1, 4)", ValueError, _NO_CALL
    ),
    "boxes are None": Kind(_with(bounding_boxes=None), "bounding_boxes=None", ValueError, _NO_CALL),
    "boxes of rank 1": Kind(
        _boxes(np.zeros(4, "float32"), np.int64(1)), "(4,) | ()", ValueError, _NO_CALL
    ),
    "fewer labels than boxes": Kind(
        _boxes(np.zeros((2, 3, 4), "float32")),
        "bounding_boxes['labels'] | (2, 3, 4) | (2, 1)",
        ValueError,
        ("none", *_NO_CALL),
    ),
    "boxes as text": Kind(_boxes(np.full((2, 1, 4), "a")), "", ValueError, ("AttributeError",)),
    "boxes of five numbers": Kind(
        _boxes(np.zeros((2, 1, 5), "float32")),
        "boxes | 4 | (2, 1, 5)",
        ValueError,
        ("none",),
        _MOVE_BOXES,
    ),
    "boxes for more images": Kind(
        _boxes(np.zeros((3, 1, 4), "float32"), np.zeros((3, 1))),
        "bounding_boxes | (3, 1, 4) | (2, 6, 6, 3)",
        ValueError,
        ("none",),
        _MOVE_BOXES,
    ),
    "masks of another size": Kind(
        _with(segmentation_masks=IMAGES[:, :4, :4, :1]), _SIZE, ValueError, ("none",), _EQUAL
    ),
    "masks of rank 3": Kind(
        _with(segmentation_masks=IMAGES[..., 0]), _COUNT, ValueError, ("none",), _MOVE_MASKS
    ),
    "masks for fewer images": Kind(
        _with(segmentation_masks=IMAGES[:1, ..., :1]), _COUNT, ValueError, ("none",), _MOVE_MASKS
    ),
    "masks are None": Kind(
        _with(segmentation_masks=None),
        "data['segmentation_masks'] | None | array",
        ValueError,
        ("none", *_NO_CALL),
    ),
    "masks as text": Kind(
        _with(segmentation_masks=np.full((2, 6, 6, 1), "a")), "", ValueError, ("none", *_NO_CALL)
    ),
    "labels for fewer images": Kind(
        _with(labels=np.eye(2, dtype="float32")[:1]),
        "labels | 2 images | (1, 2)",
        ValueError,
        (),
        ("CutMix", "MixUp"),
    ),
    "class numbers as labels": Kind(
        _with(labels=np.array([0, 1])),
        "labels | floats | to_categorical | int64",
        ValueError,
        (),
        ("CutMix", "MixUp"),
    ),
    "a number for each image": Kind(
        _with(labels=np.float32([1, 0])),
        "labels | vector | (2,)",
        ValueError,
        ("none",),
        ("CutMix", "MixUp"),
    ),
    "two channels": Kind(
        IMAGES[..., :2],
        "channels | (2, 6, 6, 2)",
        ValueError,
        ("FailedPreconditionError", "none"),
        _COLOURED,
    ),
}


def kinds_of(name: str) -> list[str]:
    return [key for key, kind in KINDS.items() if kind.only is None or name in kind.only]


def is_random(name: str) -> bool:
    return issubclass(getattr(minikeras.layers, name), RandomImageLayer)


def _each(names: str, argument: str, value: Any, words: str, *rest: Any) -> dict[str, Row]:
    return {
        f"{name}({argument}={value!r})": Row(
            layer(name, **{**NEEDED.get(name, {}), argument: value}), words, *rest
        )
        for name in names.split()
    }


_OF_FACTOR = "RandomRotation RandomBrightness RandomContrast RandomHue RandomSaturation "
_OF_FACTOR += "RandomSharpness RandomColorDegeneration RandomPosterization CutMix RandomInvert "
_OF_FACTOR += "RandomErasing RandomGaussianBlur RandomElasticTransform RandomPerspective "
_OF_FACTOR += "RandAugment AugMix"
_WARPING = "RandomRotation RandomZoom RandomTranslation RandomShear RandomElasticTransform"

ROWS: dict[str, Row] = {
    **_each(_OF_FACTOR, "factor", "a", "factor='a' | number"),
    **_each(_OF_FACTOR, "factor", (1, 2, 3), "factor=(1, 2, 3) | two numbers"),
    **_each("RandomGrayscale", "factor", "a", "factor='a' | number"),
    **_each("RandomGrayscale", "factor", 2, "factor=2 | from 0 to 1"),
    **_each(
        "RandomRotation RandomBrightness RandomContrast",
        "factor",
        float("nan"),
        "factor=nan",
        (ValueError, NONSENSE),
    ),
    **_each(_WARPING, "fill_mode", "zero", "fill_mode='zero' | 'reflect'"),
    **_each(_WARPING + " RandomPerspective", "interpolation", "cubic", "interpolation='cubic'"),
    **_each("RandomZoom", "height_factor", -2, "height_factor=-2"),
    **_each("RandomTranslation", "height_factor", "a", "height_factor='a'"),
    **_each("RandomShear", "x_factor", -1, "x_factor=-1"),
    **_each("RandomPerspective", "scale", "a", "scale='a' | number"),
    **_each("RandomPerspective RandomElasticTransform", "scale", 2.0, "scale=2.0 | 1"),
    **_each("RandomGaussianBlur", "kernel_size", 2, "kernel_size=2 | odd"),
    **_each("MaxNumBoundingBoxes", "max_number", "a", "max_number='a' | whole number"),
    **_each("RandomBrightness AutoContrast", "value_range", 3, "value_range=3 | two"),
    **_each("Equalization", "value_range", 3, "value_range=3 | two", (ValueError, ACCIDENT)),
    **_each("RandomErasing", "scale", 2, "scale=2"),
    **_each("Solarization", "threshold_factor", 3, "threshold_factor=3"),
    **_each("RandomFlip RandomRotation", "seed", "a", "seed"),
    **_each("RandomFlip Resizing", "data_format", "nhwc", "data_format | 'nhwc'"),
    **_each("RandomFlip Resizing", "color", 3, "color=3"),
    "RandomErasing with two fill values": Row(
        lambda k, folder: k.layers.RandomErasing(fill_value=(1, 2))(IMAGES),
        "fill_value=(1, 2) | three",
    ),
    "boxes without a format": Row(
        used("RandomFlip", {"seed": 1}, _boxes(BOXES), IMAGES),
        "bounding_box_format=None",
    ),
    "boxes of an unknown format": Row(
        used("RandomFlip", {"seed": 1, "bounding_box_format": "abcd"}, _boxes(BOXES), IMAGES),
        "'abcd' | 'xyxy'",
    ),
    "Resizing with both ratios": Row(
        lambda k, folder: k.layers.Resizing(
            2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True
        )(IMAGES),
        "crop_to_aspect_ratio | pad_to_aspect_ratio",
    ),
}
