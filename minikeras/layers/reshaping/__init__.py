"""Layers that move, repeat, add or remove cells and leave their values as they are."""
