"""Images with boxes and masks, and galleries of them: the pictures are those of Keras."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import patches
from PIL import Image

import minikeras
from minikeras.visualization import drawing

RNG = np.random.default_rng(0)
LIBRARIES = (minikeras, keras)


class OpenCV:
    """Leaves a mark for each call, so that the pictures differ where the calls do."""

    FONT_HERSHEY_SIMPLEX = 0

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def rectangle(self, picture: Any, low: Any, high: Any, color: Any, thickness: Any) -> None:
        self.calls.append((low, high, tuple(color), thickness))
        picture[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)] = color

    def putText(self, img: Any, **options: Any) -> None:
        self.calls.append(options)
        img[options["org"][1] % len(img)] = options["color"]


@pytest.fixture(autouse=True)
def opencv(monkeypatch: pytest.MonkeyPatch) -> OpenCV:
    """OpenCV is larger than all of minikeras's other tests need together."""
    made = OpenCV()
    theirs = importlib.import_module("keras.src.visualization.draw_bounding_boxes")
    monkeypatch.setattr(theirs, "cv2", made)
    monkeypatch.setattr(drawing, "cv2", made)
    return made


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    with matplotlib.rc_context({"backend": "agg"}):
        yield


def images_of(kind: str, count: int = 3) -> Any:
    pixels = RNG.integers(0, 256, (count, 20, 24, 3))
    return {
        "uint8": pixels.astype("uint8"),
        "float": pixels.astype("float32") * 1.1 - 10,
        "small": (pixels / 255).astype("float32"),
    }[kind]


def boxes_of(count: int = 3, has_confidences: bool = False) -> dict[str, Any]:
    low = RNG.uniform(-3, 15, (count, 4, 2))
    boxes = np.concatenate([low, low + RNG.uniform(1, 9, (count, 4, 2))], -1).astype("float32")
    found = {"boxes": boxes, "labels": RNG.integers(-1, 3, (count, 4))}
    if has_confidences:
        found["confidences"] = RNG.uniform(0, 1, (count, 4)).astype("float32")
    return found


@pytest.mark.parametrize("kind", ["uint8", "float", "small"])
@pytest.mark.parametrize("has_confidences", [False, True])
def test_boxes(kind: str, has_confidences: bool, opencv: OpenCV) -> None:
    images, boxes = images_of(kind), boxes_of(3, has_confidences)
    copies = images.copy(), boxes["boxes"].copy()
    found, calls = [], []
    for library in LIBRARIES:
        opencv.calls = []
        drawn = library.visualization.draw_bounding_boxes(
            images,
            dict(boxes),
            "xyxy",
            class_mapping={0: "cat", 2: "dog"},
            color=(1, 2, 3),
            line_thickness=3,
            text_thickness=None,
            font_scale=0.3,
        )
        found.append(drawn)
        calls.append(opencv.calls)
    assert calls[0] == calls[1] and len(calls[0]) > 2
    np.testing.assert_array_equal(*found, strict=True)
    assert np.array_equal(images, copies[0]) and np.array_equal(boxes["boxes"], copies[1])


def test_boxes_in_images_whose_channels_come_first() -> None:
    """Keras draws into the rows of a colour there, where OpenCV fails."""
    images, boxes = images_of("uint8"), boxes_of()
    boxes["boxes"] /= 24
    last = minikeras.visualization.draw_bounding_boxes(images, boxes, "rel_yxyx", {1: "bird"})
    first = minikeras.visualization.draw_bounding_boxes(
        images.transpose(0, 3, 1, 2), boxes, "rel_yxyx", {1: "bird"}, data_format="channels_first"
    )
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))


@given(
    classes=st.sampled_from([None, 2, 4]),
    kind=st.sampled_from(["uint8", "float"]),
    is_first=st.booleans(),
    blend=st.booleans(),
    alpha=st.sampled_from([0.8, 0.3]),
    ignored=st.sampled_from([-1, 0, 2]),
    colors=st.sampled_from([None, {0: (9, 8, 7), 1: (1, 2, 3), 2: (5, 5, 5), 3: (0, 0, 9)}]),
)
def test_masks(
    classes: Any, kind: str, is_first: bool, blend: bool, alpha: float, ignored: int, colors: Any
) -> None:
    images, masks = np.clip(images_of(kind), 0, 255), RNG.integers(-1, 4, (3, 20, 24, 1))
    if is_first:
        images, masks = images.transpose(0, 3, 1, 2), masks.transpose(0, 3, 1, 2)
    options = {
        "num_classes": classes,
        "color_mapping": colors,
        "alpha": alpha,
        "blend": blend,
        "ignore_index": ignored,
        "data_format": "channels_first" if is_first else "channels_last",
    }
    found = [
        np.array(library.visualization.draw_segmentation_masks(images, masks, **options))
        for library in LIBRARIES
    ]
    np.testing.assert_array_equal(*found, strict=True)


def test_masks_without_a_last_axis() -> None:
    """Keras's documentation allows them; its code fails."""
    images, masks = images_of("uint8"), RNG.integers(0, 3, (3, 20, 24))
    found = [
        minikeras.visualization.draw_segmentation_masks(images, m)
        for m in (masks, masks[..., None])
    ]
    np.testing.assert_array_equal(*found)


def compare_files(folder: Path, function: str, *arguments: Any, **options: Any) -> None:
    pixels = []
    for library in LIBRARIES:
        path = folder / f"{library.__name__}.png"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if library is keras else "error")
            getattr(library.visualization, function)(*arguments, path=str(path), **options)
        pixels.append(np.array(Image.open(path)))
    np.testing.assert_array_equal(*pixels, strict=True)


NAMES = {0: "cat", 1: "dog"}
GALLERIES: dict[str, Any] = {
    "as many as fill the rows": {"count": 5},
    "one": {"count": 1, "scale": 1},
    "a row": {"rows": 1, "cols": 3, "dpi": 40, "transparent": False},
    "a column, small numbers": {"rows": 3, "cols": 1, "kind": "small", "value_range": (0, 1)},
    "labels": {"count": 4, "y_true": np.arange(4) % 3, "label_map": NAMES},
    "predictions": {
        "count": 4,
        "y_true": [0, 1],
        "y_pred": np.array([1, 1, 0]),
        "label_map": NAMES,
        "legend_handles": [patches.Patch(color="red", label="what")],
    },
}


@pytest.mark.parametrize("gallery", GALLERIES)
def test_galleries(gallery: str, tmp_path: Path) -> None:
    options = dict(GALLERIES[gallery])
    images = images_of(options.pop("kind", "uint8"), options.pop("count", 3))
    compare_files(tmp_path, "plot_image_gallery", images, **options)


@pytest.mark.parametrize("is_first", [False, True])
def test_galleries_of_boxes(is_first: bool, tmp_path: Path) -> None:
    images = images_of("uint8", 2)
    compare_files(
        tmp_path,
        "plot_bounding_box_gallery",
        images.transpose(0, 3, 1, 2) if is_first else images,
        "xyxy",
        y_true=boxes_of(2),
        y_pred=boxes_of(2, True),
        class_mapping=NAMES,
        prediction_mapping={2: "bird"},
        legend=True,
        data_format="channels_first" if is_first else None,
    )


@pytest.mark.parametrize("is_first", [False, True])
def test_galleries_of_masks(is_first: bool, tmp_path: Path) -> None:
    images, masks = images_of("uint8", 2), RNG.integers(0, 3, (2, 2, 20, 24, 1))
    if is_first:
        images, masks = images.transpose(0, 3, 1, 2), masks.transpose(0, 1, 4, 2, 3)
    compare_files(
        tmp_path,
        "plot_segmentation_mask_gallery",
        images,
        3,
        y_true=masks[0],
        y_pred=masks[1] if is_first else None,
        data_format="channels_first" if is_first else None,
    )


def test_a_gallery_whose_channels_come_first(tmp_path: Path) -> None:
    """Keras turns the axes twice."""
    images = images_of("uint8", 4)
    for name, pixels, layout in (
        ("last", images, "channels_last"),
        ("first", images.transpose(0, 3, 1, 2), "channels_first"),
    ):
        path = tmp_path / f"{name}.png"
        minikeras.visualization.plot_image_gallery(pixels, path=path, data_format=layout)
    np.testing.assert_array_equal(*(np.array(Image.open(p)) for p in tmp_path.iterdir()))


def test_the_previous_file_stays_if_the_new_one_fails(tmp_path: Path) -> None:
    path = tmp_path / "gallery.png"
    minikeras.visualization.plot_image_gallery(images_of("uint8"), path=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="dpi"):
        minikeras.visualization.plot_image_gallery(images_of("uint8"), path=path, dpi=-1)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]


IMAGES = np.zeros((2, 8, 8, 3), "uint8")
MISTAKES: dict[str, Any] = {
    "boxes in one image": ("draw_bounding_boxes", (IMAGES[0], {}, "xyxy")),
    "boxes alone": ("draw_bounding_boxes", (IMAGES, [1], "xyxy")),
    "boxes without labels": ("draw_bounding_boxes", (IMAGES, {"boxes": []}, "xyxy")),
    "masks in one image": ("draw_segmentation_masks", (IMAGES[0], IMAGES[..., :1])),
    "masks of floats": ("draw_segmentation_masks", (IMAGES, IMAGES[..., :1] / 2)),
    "labels without names": ("plot_image_gallery", (IMAGES, [1, 2])),
    "one image": ("plot_image_gallery", (IMAGES[0],)),
    "too many places": ("plot_image_gallery", (IMAGES, None, None, None, 2, 2)),
    "a gallery of boxes in one image": ("plot_bounding_box_gallery", (IMAGES[0], "xyxy")),
    "a gallery of masks in one image": ("plot_segmentation_mask_gallery", (IMAGES[0], 2)),
}


@pytest.mark.filterwarnings("ignore:The figure layout", "ignore:This figure was using")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake: str) -> None:
    name, arguments = MISTAKES[mistake]
    kinds = []
    for library in LIBRARIES:
        with pytest.raises((ValueError, TypeError, IndexError)) as caught:
            getattr(library.visualization, name)(*arguments)
        kinds.append(caught.type)
    matplotlib.pyplot.close("all")  # Keras leaves its figures open
    assert kinds[0] is kinds[1]


def test_mistakes_with_keywords() -> None:
    plots = minikeras.visualization
    with pytest.raises(ValueError, match="one of them"):
        plots.plot_image_gallery(IMAGES, path="x.png", show=True)
    with pytest.raises(ValueError, match="one of them"):
        plots.plot_bounding_box_gallery(IMAGES, "xyxy", legend=True, legend_handles=[1])
