"""Pictures of what an optimizer does.  They need matplotlib, which is imported at first use."""

from minikeras.visualization.picture import Picture
from minikeras.visualization.surface import contour

__all__ = ["Picture", "contour"]
