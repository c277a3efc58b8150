"""The instructions the kernels are made of."""

import numba
import numpy as np

from minikeras.kernels.rounding import packets
from parity_tests.drawing import values


def test_a_fused_product_and_sum_is_rounded_once() -> None:
    fused = numba.njit(lambda a, b, c: packets.fma(a, b, c))
    for a, b in zip(values(0, 50), values(1, 50)):
        product = a * b
        exact = np.float64(a) * np.float64(b) - np.float64(product)  # 48 bits, and no more
        assert fused(a, b, -product) == np.float32(exact)


def test_floor_and_bits() -> None:
    floor = numba.njit(lambda x: packets.floor(x))
    to_bits = numba.njit(lambda x: packets.to_bits(x))
    from_bits = numba.njit(lambda bits: packets.from_bits(bits))
    for x in values(0, 50):
        assert floor(x) == np.floor(x)
        bits = np.int32(to_bits(x))
        assert bits == x.view(np.int32) and from_bits(bits) == x


def test_estimates_have_twelve_bits() -> None:
    x = values(0, 8, (0.1, 9))
    estimates = [(packets.rcp_packet, 1 / x), (packets.rsqrt_packet, 1 / np.sqrt(x))]
    for estimate, exact in estimates if packets.HAS_RCP else []:  # instructions of x86
        y = np.zeros(8, np.float32)
        numba.njit(lambda x, y: estimate(x, y, 0))(x, y)  # noqa: B023
        np.testing.assert_allclose(y, exact, rtol=1.5 * 2.0**-12)


def test_the_sum_of_a_packet_folds_halves() -> None:
    add_lanes = numba.njit(lambda a, count: packets.add_lanes(a, count))
    for seed in range(20):
        a = values(seed, 8)
        b = a[:4] + a[4:]
        c = b[:2] + b[2:]
        assert add_lanes(a, 8) == c[0] + c[1]
