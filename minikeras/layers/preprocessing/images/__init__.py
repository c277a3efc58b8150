"""Layers that change images, and the labels, boxes and masks that belong to them."""
