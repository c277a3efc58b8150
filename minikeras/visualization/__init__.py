"""``keras.visualization``: pictures of images, and of what an optimizer does.

They need matplotlib, which is imported at first use.
"""

from minikeras.visualization.drawing import draw_bounding_boxes, draw_segmentation_masks
from minikeras.visualization.galleries import (
    plot_bounding_box_gallery,
    plot_image_gallery,
    plot_segmentation_mask_gallery,
)
from minikeras.visualization.picture import Picture
from minikeras.visualization.surface import contour

__all__ = [
    "Picture",
    "contour",
    "draw_bounding_boxes",
    "draw_segmentation_masks",
    "plot_bounding_box_gallery",
    "plot_image_gallery",
    "plot_segmentation_mask_gallery",
]
