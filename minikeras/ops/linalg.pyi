# Written by parity_tests/house/test_ops_stubs.py.
from minikeras.ops import cholesky as cholesky
from minikeras.ops import cholesky_inverse as cholesky_inverse
from minikeras.ops import det as det
from minikeras.ops import eig as eig
from minikeras.ops import eigh as eigh
from minikeras.ops import inv as inv
from minikeras.ops import lstsq as lstsq
from minikeras.ops import matrix_rank as matrix_rank
from minikeras.ops import norm as norm
from minikeras.ops import pinv as pinv
from minikeras.ops import qr as qr
from minikeras.ops import solve as solve
from minikeras.ops import solve_triangular as solve_triangular
from minikeras.ops import svd as svd
