"""Images side by side, with labels, boxes and masks.  They need matplotlib."""

from __future__ import annotations

import functools
import math
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minikeras import files, frames, ops, settings
from minikeras.layers.preprocessing.images.base import to_range
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.types import TensorLike
from minikeras.visualization.drawing import (
    check_images,
    draw_bounding_boxes,
    draw_segmentation_masks,
)

matplotlib = Library("matplotlib")


@frames.filter_traceback
def plot_image_gallery(
    images: TensorLike,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: Mapping[int, str] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: Sequence[float] = (0, 255),
    scale: float = 2,
    path: Any = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: int = 60,
    legend_handles: Sequence[Any] | None = None,
    data_format: str | None = None,
) -> None:
    """Show images in rows and columns, or write the picture to a file.

    images: (batch, height, width, channels).
    y_true, y_pred: (batch,): class numbers that stand above the images.
    label_map: the names of the classes by number.
    rows, cols: how many; None for the root of the number of images, rounded up, and for as many
        as fill the rows.
    value_range: the numbers that are black and white.
    scale: the size of an image in inches.
    path: a file, whose extension gives the format; None for no file.
    show: whether the picture is shown; None if there is no ``path``.
    transparent: whether the background is, in a file.
    dpi: pixels per inch, in a file.
    legend_handles: what matplotlib explains below the images.

    Raises ImportError without matplotlib, ValueError for images without a batch, for labels without
    ``label_map``, and for both ``path`` and ``show``; IndexError for more places than images.

    Parity: where the images do not fill the rows and columns, those at the end are left out.
    """
    if path is not None and show:
        raise ValueError(f"path={describe(path)} and show={show}; expected one of them")
    if (y_true is not None or y_pred is not None) and label_map is None:
        raise ValueError("y_true and y_pred need names; pass label_map={0: ..., 1: ...}")
    check_images(images)
    batch: Any = ops.shape(images)[0]
    down = rows or math.ceil(math.sqrt(batch))
    across = cols or batch // down
    if down * across > batch:
        raise IndexError(
            f"rows={down}, cols={across} are {down * across} places for {batch} images"
        )
    if settings.standardize_data_format(data_format) == "channels_first":
        images = ops.transpose(images, (0, 2, 3, 1))
    pixels = ops.convert_to_numpy(to_range(images[: down * across], value_range, (0, 255)))
    labels = [
        (word, ops.convert_to_numpy(numbers))
        for word, numbers in (("Label", y_true), ("Pred", y_pred))
        if numbers is not None
    ]
    pyplot = matplotlib.pyplot
    figure, axes = pyplot.subplots(
        nrows=down,
        ncols=across,
        figsize=(across * scale, down * scale),
        frameon=False,
        layout="tight",
        squeeze=False,
        sharex="row",
        sharey="col",
    )
    figure.subplots_adjust(wspace=0, hspace=0)
    if legend_handles is not None:
        figure.legend(handles=legend_handles, loc="lower center")
    for i, place in enumerate(axes.flat):
        place.imshow(pixels[i].astype("uint8"))
        place.margins(x=0, y=0)
        place.axis("off")
        names = label_map or {}
        above = [
            f"{word}: {names.get(numbers[i], 'Unknown')}"
            for word, numbers in labels
            if i < len(numbers)
        ]
        if above:
            place.set_title("  ".join(above), fontsize=8)
    if path is not None:
        _write(figure, path, transparent=transparent, dpi=dpi)
    elif show is None or show:
        pyplot.show()
    if path is not None or show is None or show:
        pyplot.close(figure)


@frames.filter_traceback
def plot_bounding_box_gallery(
    images: TensorLike,
    bounding_box_format: str,
    y_true: Mapping[str, Any] | None = None,
    y_pred: Mapping[str, Any] | None = None,
    value_range: Sequence[float] = (0, 255),
    true_color: Sequence[int] = (0, 188, 212),
    pred_color: Sequence[int] = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: int | None = None,
    class_mapping: Mapping[int, str] | None = None,
    ground_truth_mapping: Mapping[int, str] | None = None,
    prediction_mapping: Mapping[int, str] | None = None,
    legend: bool = False,
    legend_handles: Sequence[Any] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Show images with the boxes that are right and those that a model predicts.

    images: (batch, height, width, channels).
    bounding_box_format: the format of the boxes; see ``utils.bounding_boxes``.
    y_true, y_pred: the boxes and labels, as ``draw_bounding_boxes`` takes them; None for none.
    value_range, rows, cols: see ``plot_image_gallery``.
    true_color, pred_color: red, green and blue, up to 255.
    line_thickness, font_scale, text_thickness: see ``draw_bounding_boxes``.
    class_mapping: the names of the classes by number, unless one of the next two is given.
    ground_truth_mapping, prediction_mapping: those for ``y_true`` and ``y_pred``.
    legend: whether a legend explains the colours.
    legend_handles: a legend of one's own, made of matplotlib's patches.
    kwargs: further arguments of ``plot_image_gallery``.

    Raises ImportError without matplotlib or OpenCV, ValueError for images without a batch and for
    both ``legend`` and ``legend_handles``.
    """
    check_images(images)
    if legend and legend_handles:
        raise ValueError("legend and legend_handles are both given; expected one of them")
    if settings.standardize_data_format(data_format) == "channels_first":
        images = ops.transpose(images, (0, 2, 3, 1))
    draw = functools.partial(
        draw_bounding_boxes,
        bounding_box_format=bounding_box_format,
        line_thickness=line_thickness,
        text_thickness=text_thickness,
        font_scale=font_scale,
        data_format="channels_last",
    )
    pictures: Any = ops.convert_to_numpy(images)
    kinds = (
        ("Ground Truth", y_true, true_color, ground_truth_mapping),
        ("Prediction", y_pred, pred_color, prediction_mapping),
    )
    for _, boxes, color, mapping in kinds:
        if boxes is not None:
            pictures = draw(pictures, boxes, color=color, class_mapping=mapping or class_mapping)
    if legend:
        legend_handles = [
            matplotlib.patches.Patch(color=np.array(color) / 255.0, label=text)
            for text, _, color, _ in kinds
        ]
    plot_image_gallery(
        pictures,
        value_range=value_range,
        legend_handles=legend_handles,
        rows=rows,
        cols=cols,
        data_format="channels_last",
        **kwargs,
    )


@frames.filter_traceback
def plot_segmentation_mask_gallery(
    images: TensorLike,
    num_classes: int | None,
    value_range: Sequence[float] = (0, 255),
    y_true: TensorLike | None = None,
    y_pred: TensorLike | None = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Show each image, and beside it with the right classes and those that a model predicts.

    images: (batch, height, width, channels).
    value_range: see ``plot_image_gallery``.
    y_true, y_pred: class numbers (batch, height, width, 1) or (batch, height, width); None for
        none.
    num_classes, color_mapping, blend, alpha, ignore_index: see ``draw_segmentation_masks``.
    kwargs: further arguments of ``plot_image_gallery``.

    Raises ImportError without matplotlib, ValueError for images without a batch.
    """
    check_images(images)
    is_first = settings.standardize_data_format(data_format) == "channels_first"
    if is_first:
        images = ops.transpose(images, (0, 2, 3, 1))
    pixels = ops.convert_to_numpy(images)
    columns = [pixels]
    for masks in (y_true, y_pred):
        if masks is None:
            continue
        classes = ops.cast(masks, "int32")
        if is_first and len(classes.shape) == 4:
            classes = ops.transpose(classes, (0, 2, 3, 1))
        drawn = draw_segmentation_masks(
            pixels,
            classes,
            num_classes=num_classes,
            color_mapping=color_mapping,
            alpha=alpha,
            ignore_index=ignore_index,
            blend=blend,
            data_format="channels_last",
        )
        columns.append(ops.convert_to_numpy(drawn))
    side_by_side = np.stack(columns, axis=1)
    plot_image_gallery(
        side_by_side.reshape(-1, *pixels.shape[1:]),
        value_range=value_range,
        rows=len(pixels),
        cols=len(columns),
        data_format="channels_last",
        **kwargs,
    )


def _write(figure: Any, path: Any, **options: Any) -> None:
    """A file of this name is replaced when the new one is complete."""
    options = {"pad_inches": 0, "bbox_inches": "tight", **options}
    if not isinstance(path, str | os.PathLike):
        figure.savefig(path, **options)
        return
    form = pathlib.Path(path).suffix[1:] or matplotlib.rcParams["savefig.format"]
    target = path if pathlib.Path(path).suffix else f"{os.fspath(path)}.{form}"
    with files.written(target) as unfinished:
        figure.savefig(unfinished, format=form, **options)
