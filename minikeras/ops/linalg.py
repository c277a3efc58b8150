"""`keras.ops.linalg`: decompositions and systems of equations."""

from minikeras.ops.namespace import namespace

__getattr__, __dir__ = namespace(
    __name__,
    """
    cholesky cholesky_inverse det eig eigh inv lstsq matrix_rank norm pinv qr solve
    solve_triangular svd
    """,
)
