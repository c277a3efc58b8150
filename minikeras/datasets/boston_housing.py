"""``keras.datasets.boston_housing``: prices of houses in Boston, 1978."""

from __future__ import annotations

from minikeras import frames
from minikeras.datasets import catalogue, reading, splitting


@frames.filter_traceback
def load_data(
    path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> splitting.Split:
    """Boston housing: 13 attributes of 506 districts, and the median price of a house.

    One attribute is derived from the share of Black inhabitants, by a formula that supposes that
    the share lowers prices: for teaching, ``california_housing`` is the better choice.

    path: the name of the file in the cache.
    test_split: the fraction of the samples for tests, in [0, 1).
    seed: of the order of the samples.

    Returns ``(x_train, y_train), (x_test, y_test)`` in float64: (samples, 13), and prices in
    thousands of dollars (samples,).

    Raises ValueError for a bad ``test_split`` or a damaged file, OSError without a network.

    Source: D. Harrison, D. Rubinfeld, "Hedonic prices and the demand for clean air", 1978.
    """
    splitting.check_test_split(test_split)
    x, y = reading.read_npz(catalogue.fetch("boston_housing.npz", path), ("x", "y"))
    return splitting.split(x, y, test_split, seed)
