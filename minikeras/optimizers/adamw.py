from __future__ import annotations

from minikeras.optimizers.adam import Adam


class AdamW(Adam):
    """Adam, with weight decay by default.

    First w ← w − w weight_decay lr, then a step of ``Adam``.  The decay does not enter the moments.

    Raises ValueError for ``weight_decay=None``.

    Source: Loshchilov & Hutter (2019).
    """

    learning_rate: float = 0.001
    weight_decay: float = 0.004

    def setup(self) -> None:
        if self.weight_decay is None:
            raise ValueError("weight_decay must be a float, received None")
        super().setup()
