"""``model.export``: a trained model as a file that other programs run."""

from minikeras import absent
from minikeras.export.formats import export_model

__all__ = ["export_model"]

absent.install()
