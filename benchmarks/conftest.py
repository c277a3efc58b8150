"""What the measurements share: the kernels to run on."""

import pytest

from minikeras import config


@pytest.fixture(params=["reference", "fast"])
def kernels(request):
    with config.use_kernels(request.param):
        yield request.param
