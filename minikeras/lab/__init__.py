"""The lab: a notebook in the browser, in which optimizers are compared with sliders."""

from minikeras.lab.opening import command, open_lab

__all__ = ["command", "open_lab"]
