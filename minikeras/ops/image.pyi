# Written by parity_tests/house/test_ops_stubs.py.

from collections.abc import Sequence
from typing import Any

from minikeras.ops.conv import Ints
from minikeras.types import TensorLike

def affine_transform(images: TensorLike, transform: TensorLike, interpolation: str='bilinear', fill_mode: str='constant', fill_value: float=0, data_format: str | None=None) -> TensorLike:
    """The images through affine or projective maps, which say where each pixel comes from.

    The pixel in column j and row i shows the place ((t₀j + t₁i + t₂) / k, (t₃j + t₄i + t₅) / k),
    where k = t₆j + t₇i + 1.

    images: (batch, height, width, channels) or (height, width, channels).
    transform: t, (8,) or (batch, 8).
    interpolation: "bilinear" or "nearest".
    fill_mode: what lies beyond the edges: "constant", "nearest", "wrap" or "reflect".
    fill_value: the constant.

    Raises ValueError for other choices and ranks.

    Parity: the gradient of the images is the cotangent through the inverse map, as in TensorFlow;
    it is exact only for maps that move every pixel onto a pixel.  The transform has none."""
def crop_images(images: TensorLike, top_cropping: int | None=None, left_cropping: int | None=None, bottom_cropping: int | None=None, right_cropping: int | None=None, target_height: int | None=None, target_width: int | None=None, data_format: str | None=None) -> TensorLike:
    """The images without a margin, which is given by two numbers for each axis.

    images: (batch, height, width, channels) or (height, width, channels).
    top_cropping, bottom_cropping, target_height: two of them, and None for the third.
    left_cropping, right_cropping, target_width: likewise.

    Raises ValueError for one number or three, for negative ones, for more than there is, and for
    another rank."""
def elastic_transform(images: TensorLike, alpha: TensorLike=20.0, sigma: TensorLike=5.0, interpolation: str='bilinear', fill_mode: str='reflect', fill_value: float=0.0, seed: Any=None, data_format: str | None=None) -> TensorLike:
    """Each pixel shows a place nearby: (j, i) + alpha · blurred noise.

    The noise is normal with deviation sigma, blurred with a Gaussian of width sigma.

    images: (batch, height, width, channels) or (height, width, channels), floats.
    alpha, sigma: how far and how smoothly pixels move.
    interpolation: "bilinear" or "nearest".
    fill_mode: what lies beyond the edges: "constant", "nearest", "wrap" or "reflect".
    fill_value: the constant.
    seed: an int or a ``SeedGenerator``; by default that of the process.

    Raises ValueError for other choices and ranks.

    Parity: the noise is the same in both directions."""
def extract_patches(images: TensorLike, size: Ints, strides: Ints | None=None, dilation_rate: Ints=1, padding: str='valid', data_format: str | None=None) -> TensorLike:
    """The patches under a window that slides over images or volumes, each as one row of channels.

    images: (batch, height, width, channels), or (batch, depth, height, width, channels) if ``size``
        has three numbers; without the batch for one of them.
    size: of the window.
    strides: how far it slides, by default its size.
    dilation_rate: the distance of neighbours within a window.
    padding: "valid", or "same" for a margin of zeros.

    Returns (batch, rows, columns, height · width · channels of the window).
    Raises TypeError or ValueError for another ``size``, ValueError for another rank."""
def extract_patches_3d(volumes: TensorLike, size: Ints, strides: Ints | None=None, dilation_rate: Ints=1, padding: str='valid', data_format: str | None=None) -> TensorLike:
    """``extract_patches`` over volumes.

    volumes: (batch, depth, height, width, channels), or one without the batch.
    size: of the window, one number or three.

    Raises ValueError for another ``size`` than one or three numbers, and for another rank."""
def gaussian_blur(images: TensorLike, kernel_size: Sequence[int]=..., sigma: TensorLike=..., data_format: str | None=None) -> TensorLike:
    """Each pixel becomes a mean of those around it, weighted by exp(−½ (i/σ₀)² − ½ (j/σ₁)²).

    images: (batch, height, width, channels) or (height, width, channels), floats.
    kernel_size: how many pixels count, two numbers; beyond the edges are zeros.
    sigma: two numbers, the widths σ in pixels.

    Raises ValueError for another rank, and for other sizes than two whole numbers.

    Parity: Keras makes the kernel for (width, height) and gives it the shape (height, width)."""
def hsv_to_rgb(images: TensorLike, data_format: str | None=None) -> TensorLike:
    """Hue, saturation and value as red, green and blue; the inverse of ``rgb_to_hsv``.

    images: (batch, height, width, 3) or (height, width, 3), floats.

    r = v (1 − s + s · clip(|6h − 3| − 1, 0, 1)), and likewise for green and blue, with
    2 − |6h − 2| and 2 − |6h − 4|.

    Raises ValueError for another rank, another number of channels, and whole numbers.

    Parity: no gradient passes, as TensorFlow has none of it."""
def map_coordinates(inputs: TensorLike, coordinates: TensorLike, order: int, fill_mode: str='constant', fill_value: float=0) -> TensorLike:
    """``inputs`` read at any places, between its cells as well.

    inputs: n axes.
    coordinates: (n, ...), the place along each axis, in cells.
    order: 0 for the nearest cell, 1 for a mean of the 2ⁿ cells around, weighted by their nearness.
    fill_mode: what lies beyond the edges: "constant", "nearest", "wrap", "reflect" or "mirror".
    fill_value: the constant.

    Returns (...), in the dtype of ``inputs``; whole numbers are rounded.
    Raises ValueError for other shapes and fill modes, NotImplementedError for another order.

    Parity: a place −k reads the cell k in the modes "reflect" and "mirror".  "mirror" raises where
    it comes to the cell behind the last one."""
def pad_images(images: TensorLike, top_padding: int | None=None, left_padding: int | None=None, bottom_padding: int | None=None, right_padding: int | None=None, target_height: int | None=None, target_width: int | None=None, data_format: str | None=None) -> TensorLike:
    """The images with a margin of zeros, which is given by two numbers for each axis.

    images: (batch, height, width, channels) or (height, width, channels).
    top_padding, bottom_padding, target_height: two of them, and None for the third.
    left_padding, right_padding, target_width: likewise.

    Raises ValueError for one number or three, for negative ones, and for another rank."""
def perspective_transform(images: TensorLike, start_points: TensorLike, end_points: TensorLike, interpolation: str='bilinear', fill_value: float=0, data_format: str | None=None) -> TensorLike:
    """The images through the projective maps that move four points to four others.

    images: (batch, height, width, channels) or (height, width, channels).
    start_points, end_points: (4, 2) or (batch, 4, 2), each point as (column, row).
    interpolation: "bilinear" or "nearest".
    fill_value: what lies beyond the edges.

    Raises ValueError for other choices and shapes.

    Parity: the gradient of the images is that of ``affine_transform``."""
def resize(images: TensorLike, size: Sequence[int], interpolation: str='bilinear', antialias: bool=False, crop_to_aspect_ratio: bool=False, pad_to_aspect_ratio: bool=False, fill_mode: str='constant', fill_value: float=0.0, data_format: str | None=None) -> TensorLike:
    """The images with another height and width.

    images: (batch, height, width, channels) or (height, width, channels). Whole numbers are
        rounded, halves to even, and keep their dtype.
    size: the new height and width.
    interpolation: "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5" or "area".
    antialias: whether to widen the kernel where the images become smaller; without effect on
        "nearest" and "area".
    crop_to_aspect_ratio, pad_to_aspect_ratio: whether to cut off, or to add, what lets the picture
        keep its proportions; at most one of them.
    fill_mode, fill_value: what is added; ``fill_mode`` is "constant".

    Raises ValueError for other choices, and for a rank other than 3 and 4.

    Parity: "area" has no gradient. The result passes through float32."""
def rgb_to_grayscale(images: TensorLike, data_format: str | None=None) -> TensorLike:
    """y = 0.2989 r + 0.587 g + 0.114 b, with one channel; gray images stay as they are

    images: (batch, height, width, 3) or (height, width, 3); whole numbers are rounded towards 0.

    Raises ValueError for another rank, and for other numbers of channels than 1 and 3."""
def rgb_to_hsv(images: TensorLike, data_format: str | None=None) -> TensorLike:
    """Red, green and blue as hue, saturation and value; all of them lie from 0 to 1.

    images: (batch, height, width, 3) or (height, width, 3), floats.

    Raises ValueError for another rank, another number of channels, and whole numbers."""
def scale_and_translate(images: TensorLike, output_shape: Sequence[int], scale: TensorLike, translation: TensorLike, spatial_dims: Sequence[int], method: str, antialias: bool=True) -> TensorLike:
    """The images stretched and moved: cell i lies at (i + ½ − translation) / scale − ½ in them.

    images: any shape.
    output_shape: the shape of the result.
    spatial_dims: the axes that are resampled.
    scale, translation: one number for each of them.
    method: "linear", "cubic", "lanczos3" or "lanczos5"; "bilinear", "tricubic" etc. are the same.
    antialias: whether to widen the kernel where the scale is below 1.

    Cells whose place is outside the images are 0.  Whole numbers are rounded.

    Raises ValueError for another method."""
def sobel_edges(images: TensorLike, data_format: str | None=None) -> TensorLike:
    """How fast the images change downwards and to the right, by Sobel's 3×3 filters.

    images: (batch, height, width, channels), floats, at least 2×2 pixels, mirrored at the edges.

    Returns (batch, height, width, channels, 2).  Raises ValueError for another rank."""
def ssim(image1: TensorLike, image2: TensorLike, max_val: float=1.0, filter_size: int=11, filter_sigma: float=1.5, k1: float=0.01, k2: float=0.03, data_format: str | None=None) -> TensorLike:
    """The structural similarity of two images, 1 for equal ones: the mean over all windows of

        (2 μ₁ μ₂ + c₁) (2 σ₁₂ + c₂) / ((μ₁² + μ₂² + c₁) (σ₁² + σ₂² + c₂))

    image1, image2: (batch, height, width, channels) or (height, width, channels).
    max_val: the largest value that a pixel can have.
    k1, k2: c₁ = (k1 · max_val)² and c₂ = (k2 · max_val)² prevent a division by 0.
    filter_size, filter_sigma: of the Gaussian window in which means μ and covariances σ are taken.

    Returns a number for each image.  Raises ValueError for another rank.

    Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment"."""
