"""Layers that bring data to another scale."""
