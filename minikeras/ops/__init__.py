"""The differentiable vocabulary: the names of `keras.ops`."""

from minikeras.autograd import stop_gradient
from minikeras.ops import linalg, nn, numpy
from minikeras.ops.activations import (
    celu,
    elu,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    sigmoid,
    soft_shrink,
    softmax,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    swish,
    tanh_shrink,
    threshold,
)
from minikeras.ops.arithmetic import (
    abs,
    add,
    cbrt,
    fabs,
    fmax,
    fmin,
    fmod,
    heaviside,
    hypot,
    true_divide,
)
from minikeras.ops.attention import dot_product_attention
from minikeras.ops.comparison import allclose, isclose, isin, isreal
from minikeras.ops.control_flow import (
    cond,
    custom_gradient,
    fori_loop,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from minikeras.ops.conv import conv, conv_transpose, depthwise_conv, separable_conv
from minikeras.ops.core import (
    cast,
    convert_to_numpy,
    convert_to_tensor,
    dtype,
    is_tensor,
    ndim,
    shape,
    size,
    stack,
)
from minikeras.ops.creation import (
    arange,
    array,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    geomspace,
    identity,
    linspace,
    logspace,
    ones,
    ones_like,
    tri,
    vander,
    zeros,
    zeros_like,
)
from minikeras.ops.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from minikeras.ops.cumulative import cumprod, cumsum, diff, trapezoid
from minikeras.ops.diagonals import diag, diagflat, diagonal, trace, tril, triu
from minikeras.ops.exponential import exp2, ldexp, log2, log10, logaddexp, logaddexp2
from minikeras.ops.indexing import (
    get_item,
    nonzero,
    scatter,
    scatter_update,
    select,
    slice,
    slice_update,
    take,
    take_along_axis,
    where,
)
from minikeras.ops.joining import (
    append,
    array_split,
    concatenate,
    dsplit,
    dstack,
    hsplit,
    hstack,
    meshgrid,
    pad,
    repeat,
    split,
    tile,
    unstack,
    vsplit,
    vstack,
)
from minikeras.ops.linear_algebra import (
    cholesky,
    cholesky_inverse,
    det,
    eig,
    eigh,
    inv,
    logdet,
    lstsq,
    matrix_rank,
    norm,
    pinv,
    qr,
    slogdet,
    solve,
    solve_triangular,
    svd,
)
from minikeras.ops.normalization import (
    batch_normalization,
    layer_normalization,
    moments,
    normalize,
    rms_normalization,
)
from minikeras.ops.one_hot import multi_hot, one_hot
from minikeras.ops.operators import install
from minikeras.ops.pool import average_pool, max_pool
from minikeras.ops.primitives.activations import relu, relu6, selu, silu, softplus, softsign
from minikeras.ops.primitives.arithmetic import (
    absolute,
    divide,
    divide_no_nan,
    floor_divide,
    maximum,
    minimum,
    mod,
    multiply,
    negative,
    power,
    reciprocal,
    rsqrt,
    sign,
    sqrt,
    square,
    subtract,
)
from minikeras.ops.primitives.bitwise import (
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    gcd,
    lcm,
    left_shift,
    right_shift,
)
from minikeras.ops.primitives.comparison import (
    equal,
    greater,
    greater_equal,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
    signbit,
)
from minikeras.ops.primitives.conversion import copy
from minikeras.ops.primitives.error_function import erf, erfc, erfinv
from minikeras.ops.primitives.exponential import exp, expm1, log, log1p
from minikeras.ops.primitives.hyperbolic import arccosh, arcsinh, arctanh, cosh, sinh, tanh
from minikeras.ops.primitives.rounding import ceil, floor, nextafter
from minikeras.ops.primitives.trigonometry import arccos, arcsin, arctan, arctan2, cos, sin, tan
from minikeras.ops.products import cross, dot, einsum, inner, kron, matmul, outer, tensordot, vdot
from minikeras.ops.reduction import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    average,
    count_nonzero,
    logsumexp,
    max,
    mean,
    min,
    prod,
    ptp,
    std,
    sum,
    var,
)
from minikeras.ops.reshaping import (
    broadcast_to,
    expand_dims,
    flip,
    fliplr,
    flipud,
    moveaxis,
    ravel,
    reshape,
    roll,
    rot90,
    squeeze,
    swapaxes,
    transpose,
)
from minikeras.ops.rounding import clip, nan_to_num, round, saturate_cast, trunc
from minikeras.ops.segment import segment_max, segment_min, segment_prod, segment_sum
from minikeras.ops.sorting import (
    argsort,
    bincount,
    digitize,
    in_top_k,
    searchsorted,
    sort,
    top_k,
    unique,
    unravel_index,
)
from minikeras.ops.statistics import (
    corrcoef,
    histogram,
    median,
    nanargmax,
    nanargmin,
    nancumprod,
    nancumsum,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    percentile,
    psnr,
    quantile,
)
from minikeras.ops.trigonometry import deg2rad, rad2deg, sinc

install(globals())
