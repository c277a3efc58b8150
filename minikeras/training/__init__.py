"""Training: ``compile``, data in batches, steps, epochs."""

from minikeras.training.trainer import Trainer

__all__ = ["Trainer"]
