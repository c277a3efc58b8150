"""``keras.initializers``: the first values of variables."""

from minikeras.initializers.constant import Constant, Identity, Ones, Zeros
from minikeras.initializers.identifiers import deserialize, get, registry, serialize
from minikeras.initializers.initializer import Initializer
from minikeras.initializers.orthogonal import Orthogonal
from minikeras.initializers.stft import STFT
from minikeras.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)

constant, ones, zeros = Constant, Ones, Zeros
identity = IdentityInitializer = Identity
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
orthogonal = OrthogonalInitializer = Orthogonal
stft = STFTInitializer = STFT
random_normal, random_uniform = RandomNormal, RandomUniform
truncated_normal, variance_scaling = TruncatedNormal, VarianceScaling
