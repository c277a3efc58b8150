"""``keras.datasets.california_housing``: prices of houses in California, 1990."""

from __future__ import annotations

from minikeras import frames
from minikeras.datasets import catalogue, reading, splitting
from minikeras.messages import describe


@frames.filter_traceback
def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> splitting.Split:
    """California housing: 8 attributes of 20,640 districts, and the median price of a house.

    The attributes: longitude, latitude, median age of the houses, rooms, bedrooms, population,
    households, median income in ten thousands of dollars.

    version: "large", or "small" for the first 600 samples.
    path: the name of the file in the cache.
    test_split: the fraction of the samples for tests, in [0, 1).
    seed: of the order of the samples.

    Returns ``(x_train, y_train), (x_test, y_test)`` in float32: (samples, 8), and prices in dollars
    (samples,).

    Raises ValueError for a bad argument or a damaged file, OSError without a network.

    Source: R. Pace, R. Barry, "Sparse spatial autoregressions", 1997.
    """
    splitting.check_test_split(test_split)
    if version not in ("large", "small"):
        raise ValueError(f"version={describe(version)}; expected 'large' or 'small'")
    x, y = reading.read_npz(catalogue.fetch("california_housing.npz", path), ("x", "y"))
    if version == "small":
        x, y = x[:600], y[:600]
    return splitting.split(x, y, test_split, seed)
