# Written by parity_tests/house/test_ops_stubs.py.

from collections.abc import Callable, Sequence
from typing import Any

from minikeras.ops import image as image
from minikeras.ops import linalg as linalg
from minikeras.ops import nn as nn
from minikeras.ops import numpy as numpy
from minikeras.ops.primitives.indexing import Key
from minikeras.ops.primitives.reduction import Axis
from minikeras.ops.conv import Ints
from minikeras.types import Array, DType, Shape, TensorLike

def abs(x: TensorLike) -> TensorLike:
    """y = |x|              dx = dy sign x, which is 0 at x = 0"""
def absolute(x: TensorLike) -> TensorLike:
    """y = |x|              dx = dy sign x, which is 0 at x = 0"""
def add(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₁ + x₂, elements of the common dtype; shapes broadcast.

    Parity: x₂ may be a bias, see `_bias_of`, and its gradient is then summed as a bias's; every
    other sum, `x1 + x2` included, has its gradient in the order of `sum`."""
def all(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Whether every element along `axis` is true."""
def allclose(x1: TensorLike, x2: TensorLike, rtol: float=1e-05, atol: float=1e-08, equal_nan: bool=False) -> TensorLike:
    """Whether all elements are close or equal, infinities included."""
def amax(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """The largest element along `axis`."""
def amin(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """The smallest element along `axis`."""
def any(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Whether some element along `axis` is true."""
def append(x1: TensorLike, x2: TensorLike, axis: int | None=None) -> TensorLike:
    """x2 after x1 along `axis`; without axis, both flat."""
def arange(start: Any, stop: Any=None, step: Any=None, dtype: DType=None) -> TensorLike:
    """start, start + step, ... below stop; arange(n) counts from 0.

    The dtype is the common one of the arguments: int32 for Python ints, floatx for floats."""
def arccos(x: TensorLike) -> TensorLike:
    """y = arccos x         dx = −dy / √(1 − x²)"""
def arccosh(x: TensorLike) -> TensorLike:
    """y = arcosh x         dx = dy / sinh y"""
def arcsin(x: TensorLike) -> TensorLike:
    """y = arcsin x         dx = dy / √(1 − x²)"""
def arcsinh(x: TensorLike) -> TensorLike:
    """y = arsinh x         dx = dy / cosh y"""
def arctan(x: TensorLike) -> TensorLike:
    """y = arctan x         dx = dy / (1 + x²)"""
def arctan2(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = the angle of the point (x₂, x₁)

    dx₁ = x₂ dy / (x₁² + x₂²)       dx₂ = −x₁ dy / (x₁² + x₂²)"""
def arctanh(x: TensorLike) -> TensorLike:
    """y = artanh x         dx = dy / (1 − x²)"""
def argmax(x: TensorLike, axis: int | None=None, keepdims: bool=False) -> TensorLike:
    """Index (int32) of the first largest element along `axis`; without axis, of the flat x."""
def argmin(x: TensorLike, axis: int | None=None, keepdims: bool=False) -> TensorLike:
    """Index (int32) of the first smallest element along `axis`; without axis, of the flat x."""
def argsort(x: TensorLike, axis: int | None=-1) -> TensorLike:
    """Indices (int32) that sort x along `axis`; without axis, the flat x.

    A scalar counts as a vector of one element."""
def array(x: TensorLike, dtype: DType=None) -> TensorLike:
    """A tensor of x."""
def array_split(x: TensorLike, indices_or_sections: int, axis: int=0) -> list[TensorLike]:
    """x cut into sections whose sizes differ by at most one, the longer ones first."""
def average(x: TensorLike, axis: int | None=None, weights: TensorLike=None) -> TensorLike:
    """Σ w x / Σ w along `axis`; weights of rank 1 belong to that axis."""
def average_pool(inputs: TensorLike, pool_size: Ints, strides: Ints | None=None, padding: str='valid', data_format: str | None=None) -> TensorLike:
    """The mean of each window, over 1, 2 or 3 spatial axes.

    Arguments and errors as for ``max_pool``.  Cells added by "same" padding are not counted."""
def batch_normalization(x: TensorLike, mean: TensorLike, variance: TensorLike, axis: int, offset: TensorLike=None, scale: TensorLike=None, epsilon: float=0.001) -> TensorLike:
    """y = (x − mean) scale / √(variance + ε) + offset, one number of each for a place on `axis`.

    Computed as x · inv + (offset − mean · inv), inv = scale / √(variance + ε)."""
def binary_crossentropy(target: TensorLike, output: TensorLike, from_logits: bool=False) -> TensorLike:
    """−(t ln p + (1 − t) ln(1 − p)) for each element, p clipped to [ε, 1 − ε]; or from logits.

    Raises ValueError for shapes that differ.

    Parity: logits that `output` remembers are used instead of it."""
def bincount(x: TensorLike, weights: TensorLike=None, minlength: int=0, sparse: bool=False) -> TensorLike:
    """How often each whole number occurs along the last axis, or the sum of its weights."""
def bitwise_and(x: TensorLike, y: TensorLike) -> TensorLike:
    """The bits set in both."""
def bitwise_invert(x: TensorLike) -> TensorLike:
    """The bits that are not set."""
def bitwise_left_shift(x: TensorLike, y: TensorLike) -> TensorLike:
    """x · 2^y"""
def bitwise_not(x: TensorLike) -> TensorLike:
    """The bits that are not set."""
def bitwise_or(x: TensorLike, y: TensorLike) -> TensorLike:
    """The bits set in either."""
def bitwise_right_shift(x: TensorLike, y: TensorLike) -> TensorLike:
    """⌊x / 2^y⌋"""
def bitwise_xor(x: TensorLike, y: TensorLike) -> TensorLike:
    """The bits set in exactly one."""
def broadcast_to(x: TensorLike, shape: Sequence[int | None]) -> TensorLike:
    """x repeated along its axes of size one, to the given shape."""
def cast(x: TensorLike, dtype: DType) -> TensorLike:
    """x in another dtype (None: floatx)."""
def categorical_crossentropy(target: TensorLike, output: TensorLike, from_logits: bool=False, axis: int=-1) -> TensorLike:
    """−Σ t ln p along `axis`, p normalized and clipped to [ε, 1 − ε]; or from logits.

    Raises ValueError for scalars and for shapes that differ.

    Parity: logits that `output` remembers are used instead of it."""
def cbrt(x: TensorLike) -> TensorLike:
    """y = sign(x) |x|^⅓"""
def ceil(x: TensorLike) -> TensorLike:
    """The smallest whole number not below x, as a float; constant almost everywhere."""
def celu(x: TensorLike, alpha: float=1.0) -> TensorLike:
    """y = max(x, 0) + α (e^(min(x, 0) / α) − 1)"""
def cholesky(x: TensorLike, upper: bool=False) -> TensorLike:
    """The triangular y with x = y yᵀ (upper: x = yᵀ y).

    Raises ValueError if x is not positive definite."""
def cholesky_inverse(x: TensorLike, upper: bool=False) -> TensorLike:
    """The inverse of each matrix whose Cholesky factor is x."""
def clip(x: TensorLike, x_min: TensorLike, x_max: TensorLike) -> TensorLike:
    """y = max(min(x, x_max), x_min)

    Parity: the gradient is 1 on the edges, because ties go to the first argument."""
def concatenate(xs: Sequence[TensorLike], axis: int=0) -> TensorLike:
    """The tensors one after another along `axis`, in their common dtype."""
def cond(pred: TensorLike, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """`true_fn()` if pred holds, else `false_fn()`.  An unknown predicate takes the first."""
def conv(inputs: TensorLike, kernel: TensorLike, strides: Ints=1, padding: str='valid', data_format: str | None=None, dilation_rate: Ints=1) -> TensorLike:
    """Convolution (cross-correlation) over 1, 2 or 3 spatial axes.

    inputs: (batch, *space, channels)      kernel: (*size, channels / groups, filters)

    Fewer kernel channels than input channels mean groups: each group of channels meets its own
    group of filters.  ``padding`` is "valid" or "same"; ``data_format`` "channels_first" reads and
    writes (batch, channels, *space).

    Raises ValueError for ranks, channels, strides or padding that do not fit, and where no window
    fits into the input.
    Parity: strides and dilation cannot both exceed 1."""
def conv_transpose(inputs: TensorLike, kernel: TensorLike, strides: Ints=1, padding: str='valid', output_padding: Ints | None=None, data_format: str | None=None, dilation_rate: Ints=1) -> TensorLike:
    """The transpose of ``conv``: its input gradient, as a map of its own.

    y[n, i·s + p·d, o] += Σ_c  x[n, i, c] · w[p, o, c]

    inputs: (batch, *space, channels)      kernel: (*size, filters, channels)

    Of n cells "valid" makes (n − 1)·s + max(k, s) and "same" n·s, where k = d·(size − 1) + 1; with
    ``output_padding`` a they make (n − 1)·s + k + a and (n − 1)·s + k mod 2 + a.
    Errors as for ``conv``."""
def convert_to_numpy(x: TensorLike) -> Array:
    """A NumPy array of x: a copy, free to be written to."""
def convert_to_tensor(x: TensorLike, dtype: DType=None, sparse: bool | None=None, ragged: bool | None=None) -> TensorLike:
    """A tensor of x: an array, a variable, a number, or nested lists of these.

    Python numbers become float32 and int32, arrays keep their dtype unless `dtype` says
    otherwise.  With dtype "string" it holds text (`minikeras.strings`), which only layers for text
    take.  Raises ValueError for lists of unequal lengths and for `sparse=True`.

    Parity: Python floats become float32 whatever `floatx` is."""
def copy(x: TensorLike) -> TensorLike:
    """y = x                dx = dy"""
def corrcoef(x: TensorLike) -> TensorLike:
    """Correlation of every row of x with every other, clipped to [−1, 1]."""
def cos(x: TensorLike) -> TensorLike:
    """y = cos x            dx = −dy sin x"""
def cosh(x: TensorLike) -> TensorLike:
    """y = cosh x           dx = dy sinh x"""
def count_nonzero(x: TensorLike, axis: Axis=None) -> TensorLike:
    """How many elements along `axis` are not zero, as int32."""
def cross(x1: TensorLike, x2: TensorLike, axisa: int=-1, axisb: int=-1, axisc: int=-1, axis: int | None=None) -> TensorLike:
    """Vector product along an axis of size 3; of size 2, the third component is 0."""
def cumprod(x: TensorLike, axis: int | None=None, dtype: str | None=None) -> TensorLike:
    """Running product along `axis`; without axis, of the flat x."""
def cumsum(x: TensorLike, axis: int | None=None, dtype: str | None=None) -> TensorLike:
    """Running sum along `axis`; without axis, of the flat x."""
def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that returns `(y, grad)`, where `grad(*dy)` is each input's gradient."""
def deg2rad(x: TensorLike) -> TensorLike:
    """y = x π / 180"""
def depthwise_conv(inputs: TensorLike, kernel: TensorLike, strides: Ints=1, padding: str='valid', data_format: str | None=None, dilation_rate: Ints=1) -> TensorLike:
    """Convolution of every channel with filters of its own, over 1 or 2 spatial axes.

    y[n, i, c·M + m] = Σ_p  x[n, i·s + p·d, c] · w[p, c, m]

    inputs: (batch, *space, C)      kernel: (*size, C, M)      y: (batch, *out, C·M)

    Errors as for ``conv``; strides and dilation may be combined."""
def det(x: TensorLike) -> TensorLike:
    """The determinant of each square matrix."""
def diag(x: TensorLike, k: int=0) -> TensorLike:
    """The matrix with x on its k-th diagonal; of a matrix, its k-th diagonal.

    Raises ValueError unless x has one or two axes."""
def diagflat(x: TensorLike, k: int=0) -> TensorLike:
    """The matrix with all elements of x on its k-th diagonal."""
def diagonal(x: TensorLike, offset: int=0, axis1: int=0, axis2: int=1) -> TensorLike:
    """The diagonal of two axes, as the last axis of the result."""
def diff(a: TensorLike, n: int=1, axis: int=-1) -> TensorLike:
    """The n-th differences of neighbours along `axis`."""
def digitize(x: TensorLike, bins: TensorLike) -> TensorLike:
    """The bin of each element: how many edges do not exceed it (int32)."""
def divide(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ / x₂          dx₁ = dy / x₂,  dx₂ = dy ((−x₁ / x₂) / x₂)

    Integers are divided as floats."""
def divide_no_nan(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ / x₂, and 0 where x₂ = 0          dx₁, dx₂ as in divide, 0 where x₂ = 0"""
def dot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum over the last axis of x1 and the second-to-last (or only) axis of x2."""
def dot_product_attention(query: TensorLike, key: TensorLike, value: TensorLike, bias: TensorLike=None, mask: TensorLike=None, scale: float | None=None, is_causal: bool=False, flash_attention: bool | None=None, attn_logits_soft_cap: float | None=None) -> TensorLike:
    """softmax(scale · query keyᵀ + bias) value, for each head

    query: (batch, targets, heads, size)      key, value: (batch, sources, heads, size)
    bias, mask: broadcast to (batch, heads, targets, sources)

    Fewer key heads than query heads serve groups of them.  scale is 1/√size.  Where the mask is
    False, or a source lies after its target (`is_causal`), the logits are replaced by a large
    negative number.  Computed in at least float32.

    Raises ValueError unless all three have four axes, and for the switches of other backends."""
def dsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the third axis."""
def dstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the third axis, which vectors and matrices get."""
def dtype(x: TensorLike) -> str:
    """The name of the dtype of x."""
def eig(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Complex eigenvalues and eigenvectors of square matrices.

    The gradient raises NotImplementedError."""
def eigh(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Eigenvalues (rising) and eigenvectors (columns) of symmetric matrices."""
def einsum(subscripts: str, *operands: TensorLike, **kwargs: Any) -> TensorLike:
    """Sum of products in Einstein's notation, such as "ij,jk->ik".

    Parity: whole numbers are multiplied as floats and cast back; int8 gives int32."""
def elu(x: TensorLike, alpha: float=1.0) -> TensorLike:
    """y = x where x > 0, else α (eˣ − 1)

    Parity: with α = 1 the derivative at 0 is 1, with any other α it is α.  In functions TensorFlow
    computes elu with the bias before it, row by row, which rounds the last elements of a row,
    unless something else uses the sum with the bias."""
def empty(shape: int | Sequence[int], dtype: DType=None) -> TensorLike:
    """A tensor of zeros."""
def empty_like(x: TensorLike, dtype: DType=None) -> TensorLike:
    """Zeros of the shape of x."""
def equal(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ = x₂]"""
def erf(x: TensorLike) -> TensorLike:
    """Error function: y = 2/√π ∫₀ˣ e^−t² dt          dx = dy 2/√π e^−x²"""
def erfc(x: TensorLike) -> TensorLike:
    """y = 1 − erf x        dx = −dy 2/√π e^−x²"""
def erfinv(x: TensorLike) -> TensorLike:
    """Inverse of erf on (−1, 1)        dx = dy √π/2 e^y²"""
def exp(x: TensorLike) -> TensorLike:
    """y = eˣ               dx = dy y"""
def exp2(x: TensorLike) -> TensorLike:
    """y = 2ˣ"""
def expand_dims(x: TensorLike, axis: int | Sequence[int]) -> TensorLike:
    """x with new axes of size one at the places `axis` of the result."""
def expm1(x: TensorLike) -> TensorLike:
    """y = eˣ − 1           dx = dy eˣ"""
def extract_sequences(x: TensorLike, sequence_length: int, sequence_stride: int) -> TensorLike:
    """Frames of the last axis: y[..., i, t] = x[..., i sequence_stride + t].

    sequence_length: the length of a frame.
    sequence_stride: how far the next one begins behind it."""
def eye(N: int, M: int | None=None, k: int=0, dtype: DType=None) -> TensorLike:
    """Ones on the k-th diagonal of an N × M matrix of zeros."""
def fabs(x: TensorLike) -> TensorLike:
    """|x| as a float."""
def fft(x: Any) -> tuple[TensorLike, TensorLike]:
    """The Fourier transform along the last axis: y[k] = Σ x[t] exp(−2πi t k / n).

    x: the real parts and the imaginary parts."""
def fft2(x: Any) -> tuple[TensorLike, TensorLike]:
    """The Fourier transform along the last two axes.

    x: the real parts and the imaginary parts."""
def flip(x: TensorLike, axis: int | Sequence[int] | None=None) -> TensorLike:
    """x in reverse order along `axis` (None: along every axis)."""
def fliplr(x: TensorLike) -> TensorLike:
    """x with its columns in reverse order."""
def flipud(x: TensorLike) -> TensorLike:
    """x with its rows in reverse order."""
def floor(x: TensorLike) -> TensorLike:
    """The largest whole number not above x, as a float; constant almost everywhere."""
def floor_divide(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = ⌊x₁ / x₂⌋, constant almost everywhere.

    Parity: the quotient of floats is rounded before ⌊⌋, so that ⌊2.3 / 0.1⌋ is 23 in float32."""
def fmax(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The larger element; where one of the two is NaN, the other."""
def fmin(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The smaller element; where one of the two is NaN, the other."""
def fmod(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Remainder of |x₁| / |x₂|, with the sign of x₁."""
def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Apply `value = body_fun(i, value)` for i from lower to upper − 1."""
def full(shape: int | Sequence[int], fill_value: TensorLike, dtype: DType=None) -> TensorLike:
    """A tensor of one value, or of a tensor that broadcasts to the shape."""
def full_like(x: TensorLike, fill_value: TensorLike, dtype: DType=None) -> TensorLike:
    """One value, or a tensor that broadcasts, in the shape of x."""
def gcd(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Greatest common divisor; TypeError for anything but integers."""
def gelu(x: TensorLike, approximate: bool=True) -> TensorLike:
    """y = x Φ(x), Φ the normal distribution; or its approximation by tanh.

    exact           ½ x erfc(−x / √2)
    approximate     ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))

    Parity: approximate by default here, exact by default in `activations`."""
def geomspace(start: TensorLike, stop: TensorLike, num: int=50, endpoint: bool=True, dtype: DType=None, axis: int=0) -> TensorLike:
    """`num` values in a constant ratio from start to stop, which have the same sign.

    Parity: without `dtype`, float64 too is computed in floatx."""
def get_item(x: TensorLike, key: Key) -> TensorLike:
    """x[key]: integers, slices, None, an ellipsis, arrays of integers or of booleans."""
def glu(x: TensorLike, axis: int=-1) -> TensorLike:
    """y = a σ(b), where a and b are the halves of x along `axis`."""
def greater(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ > x₂]"""
def greater_equal(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ ≥ x₂]"""
def hard_shrink(x: TensorLike, threshold: float=0.5) -> TensorLike:
    """y = x where |x| > λ, else 0"""
def hard_sigmoid(x: TensorLike) -> TensorLike:
    """y = min(max(x + 3, 0), 6) / 6    dx = dy / 6 where −3 < x < 3, else 0"""
def hard_silu(x: TensorLike) -> TensorLike:
    """y = x min(max(x + 3, 0), 6) / 6

    Parity: a function multiplies 1/6 by the first factor in the alphabetical order of their names.
    In y it does so only if no gradient needs the hard sigmoid too."""
def hard_swish(x: TensorLike) -> TensorLike:
    """y = x min(max(x + 3, 0), 6) / 6

    Parity: a function multiplies 1/6 by the first factor in the alphabetical order of their names.
    In y it does so only if no gradient needs the hard sigmoid too."""
def hard_tanh(x: TensorLike) -> TensorLike:
    """y = min(max(x, −1), 1); the derivative at ±1 is 1."""
def heaviside(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = 0 where x₁ < 0, 1 where x₁ > 0, x₂ where x₁ = 0"""
def histogram(x: TensorLike, bins: int=10, range: tuple[float, float] | None=None) -> tuple[TensorLike, TensorLike]:
    """How many elements fall in each of `bins` equal intervals, and the edges of these.

    Parity: the counts have the dtype of x."""
def hsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the second axis (vectors: the only one)."""
def hstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the second axis (vectors: the only one)."""
def hypot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = √(x₁² + x₂²), without overflow: the larger times √(1 + ratio²)."""
def identity(n: int, dtype: DType=None) -> TensorLike:
    """The n × n unit matrix."""
def ifft2(x: Any) -> tuple[TensorLike, TensorLike]:
    """The inverse of `fft2`: the conjugate of its result for the conjugate of x, over the size.

    x: the real parts and the imaginary parts."""
def in_top_k(targets: TensorLike, predictions: TensorLike, k: int) -> TensorLike:
    """Whether fewer than k classes are predicted to be likelier than the target."""
def inner(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum over the last axes of both."""
def inv(x: TensorLike) -> TensorLike:
    """The inverse of each square matrix; an error if there is none."""
def irfft(x: Any, fft_length: int | None=None) -> TensorLike:
    """The inverse of `rfft`: real numbers from the first elements of their Fourier transform.

    x: the real parts and the imaginary parts.
    fft_length: how many numbers to return; by default 2 (m - 1) for m elements."""
def is_tensor(x: Any) -> bool:
    """Whether x is a tensor or variable; arrays and symbolic tensors are not."""
def isclose(x1: TensorLike, x2: TensorLike, rtol: float=1e-05, atol: float=1e-08, equal_nan: bool=False) -> TensorLike:
    """y = [|x₁ − x₂| ≤ atol + rtol |x₂|]; whole numbers must be equal.

    Parity: equal infinities are not close, because their difference is NaN."""
def isfinite(x: TensorLike) -> TensorLike:
    """y = [x is neither infinite nor NaN]"""
def isin(x1: TensorLike, x2: TensorLike, assume_unique: bool=False, invert: bool=False) -> TensorLike:
    """Which elements of x1 occur in x2 (`invert`: do not)."""
def isinf(x: TensorLike) -> TensorLike:
    """y = [x = ±∞]"""
def isnan(x: TensorLike) -> TensorLike:
    """y = [x is not a number]"""
def isneginf(x: TensorLike) -> TensorLike:
    """y = [x = −∞]"""
def isposinf(x: TensorLike) -> TensorLike:
    """y = [x = ∞]"""
def isreal(x: TensorLike) -> TensorLike:
    """Which elements have no imaginary part."""
def istft(x: Any, sequence_length: int, sequence_stride: int, fft_length: int, length: int | None=None, window: Any='hann', center: bool=True) -> TensorLike:
    """The inverse of `stft`: frames are transformed back, weighted, and added where they overlap.

    x: the real parts and the imaginary parts.
    sequence_length, sequence_stride, fft_length, window, center: as they were given to `stft`.
    length: how many numbers to return; by default all."""
def kron(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Every element of x1 times the whole of x2, as blocks."""
def layer_normalization(x: TensorLike, gamma: TensorLike=None, beta: TensorLike=None, axis: Any=-1, epsilon: float | None=None, **kwargs: Any) -> TensorLike:
    """y = (x − m) γ / √(v + ε) + β, m and v the moments of x along `axis`.

    Computed as x · inv + (β − m · inv), inv = γ / √(v + ε), in at least float32."""
def lcm(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Least common multiple; TypeError for anything but integers."""
def ldexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ 2^x₂ for whole x₂; TypeError for others."""
def leaky_relu(x: TensorLike, negative_slope: float=0.2) -> TensorLike:
    """y = x where x > 0, else negative_slope · x

    Parity: the slope is rounded to float32 in every dtype."""
def left_shift(x: TensorLike, y: TensorLike) -> TensorLike:
    """x · 2^y"""
def less(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ < x₂]"""
def less_equal(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ ≤ x₂]"""
def linspace(start: TensorLike, stop: TensorLike, num: int=50, endpoint: bool=True, retstep: bool=False, dtype: DType=None, axis: int=0) -> Any:
    """`num` equally spaced values from start to stop, which is left out unless `endpoint`."""
def log(x: TensorLike) -> TensorLike:
    """y = ln x             dx = dy / x"""
def log10(x: TensorLike) -> TensorLike:
    """y = ln x / ln 10"""
def log1p(x: TensorLike) -> TensorLike:
    """y = ln(1 + x)        dx = dy / (1 + x)"""
def log2(x: TensorLike) -> TensorLike:
    """y = ln x / ln 2"""
def log_sigmoid(x: TensorLike) -> TensorLike:
    """y = ln σ(x) = −softplus(−x)"""
def log_softmax(x: TensorLike, axis: Any=-1) -> TensorLike:
    """y = x − ln Σ eˣ along `axis` (several: as one; None: over all elements)."""
def logaddexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = ln(e^x₁ + e^x₂) = max(x₁, x₂) + ln(1 + e^−|x₁ − x₂|)

    Two equal infinities give that infinity."""
def logaddexp2(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = log₂(2^x₁ + 2^x₂)"""
def logdet(x: TensorLike) -> TensorLike:
    """ln det of positive definite matrices: twice the sum of ln of the Cholesky diagonal."""
def logical_and(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ ≠ 0 and x₂ ≠ 0]"""
def logical_not(x: TensorLike) -> TensorLike:
    """y = [x = 0]"""
def logical_or(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ ≠ 0 or x₂ ≠ 0]"""
def logical_xor(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [exactly one of x₁, x₂ is not 0]"""
def logspace(start: TensorLike, stop: TensorLike, num: int=50, endpoint: bool=True, base: float=10, dtype: DType=None, axis: int=0) -> TensorLike:
    """base to the power of `linspace`."""
def logsumexp(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """y = m + ln Σ e^(x − m), m = max x (0 if infinite); the gradient is the softmax."""
def lstsq(a: TensorLike, b: TensorLike, rcond: float | None=None) -> TensorLike:
    """The x of least norm that minimises ‖a x − b‖.

    Singular values of a below rcond · largest count as 0."""
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Apply f to each slice of the first axis, and stack the results."""
def matmul(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Matrix product over the last axis of x1 and the second-to-last of x2; leading axes broadcast.

    A vector counts as one row (x1) or one column (x2), which disappears again.
    int8 times int8 is summed in int32.  Raises ValueError if the sizes do not fit."""
def matrix_rank(x: TensorLike, tol: float | None=None) -> TensorLike:
    """The number of singular values above `tol`, as int32."""
def max(x: TensorLike, axis: Axis=None, keepdims: bool=False, initial: float | None=None) -> TensorLike:
    """The largest element along `axis`, at least `initial`."""
def max_pool(inputs: TensorLike, pool_size: Ints, strides: Ints | None=None, padding: str='valid', data_format: str | None=None) -> TensorLike:
    """The largest value of each window, over 1, 2 or 3 spatial axes.

    inputs: (batch, *space, channels), or (batch, channels, *space) with "channels_first".
    ``strides`` is ``pool_size`` unless given; "same" padding adds cells that never win.

    Raises ValueError for ranks, sizes or padding that do not fit, and where no window fits.
    Parity: ties as in ``max_window``."""
def maximum(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = the larger       dx₁ = dy [x₁ ≥ x₂],  dx₂ = dy [x₁ < x₂]

    Parity: in a tie the first argument takes the whole gradient."""
def mean(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Mean along `axis`: of whole numbers in float32, of half precision computed in float32."""
def median(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """The middle element along `axis`, or the mean of the two in the middle."""
def meshgrid(*x: TensorLike, indexing: str='xy') -> list[TensorLike]:
    """Each vector spread over the grid that all of them span.

    "ij": axis k belongs to vector k; "xy": the first two axes change places."""
def min(x: TensorLike, axis: Axis=None, keepdims: bool=False, initial: float | None=None) -> TensorLike:
    """The smallest element along `axis`, at most `initial`."""
def minimum(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = the smaller      dx₁ = dy [x₁ ≤ x₂],  dx₂ = dy [x₁ > x₂]

    Parity: in a tie the first argument takes the whole gradient."""
def mod(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ − x₂ ⌊x₁ / x₂⌋        dx₁ = dy,  dx₂ = −dy ⌊x₁ / x₂⌋

    The result has the sign of x₂."""
def moments(x: TensorLike, axes: Any, keepdims: bool=False, synchronized: bool=False) -> tuple[TensorLike, TensorLike]:
    """Mean and population variance along `axes`.

    Parity: the mean inside the variance is not differentiated, which would contribute zero; half
    precision is computed in float32.  `synchronized` has no effect in one process."""
def moveaxis(x: TensorLike, source: Any, destination: Any) -> TensorLike:
    """x with the axes `source` at the places `destination`, the others in their order."""
def multi_hot(inputs: TensorLike, num_classes: int | None=None, axis: int=-1, dtype: DType=None, sparse: bool=False, **kwargs: Any) -> TensorLike:
    """For each row, 1 at every class that occurs in it."""
def multiply(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ x₂            dx₁ = dy x₂,  dx₂ = x₁ dy"""
def nan_to_num(x: TensorLike, nan: float=0.0, posinf: float | None=None, neginf: float | None=None) -> TensorLike:
    """x with NaN and the infinities replaced; by default by 0 and the extremes of the dtype."""
def nanargmax(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """`argmax` of the elements that are numbers."""
def nanargmin(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """`argmin` of the elements that are numbers."""
def nancumprod(x: TensorLike, axis: int | None=None, dtype: str | None=None) -> TensorLike:
    """Running product that counts NaN as 1."""
def nancumsum(x: TensorLike, axis: int | None=None, dtype: str | None=None) -> TensorLike:
    """Running sum that counts NaN as 0."""
def nanmax(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """`max` of the elements that are numbers."""
def nanmean(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Mean of the elements that are numbers; of none, NaN."""
def nanmin(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """`min` of the elements that are numbers."""
def nanprod(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """`prod` of the elements that are numbers."""
def nanstd(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Square root of `nanvar`."""
def nansum(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """`sum` of the elements that are numbers."""
def nanvar(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Population variance of the elements that are numbers."""
def ndim(x: TensorLike) -> int:
    """The number of axes of x."""
def negative(x: TensorLike) -> TensorLike:
    """y = −x               dx = −dy"""
def nextafter(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The float64 next to x₁ in the direction of x₂, rounded to the common dtype."""
def nonzero(x: TensorLike) -> list[TensorLike]:
    """For each axis, the int32 indices of the elements that are not zero."""
def norm(x: TensorLike, ord: Any=None, axis: Any=None, keepdims: bool=False) -> TensorLike:
    """Vector norm along one axis, matrix norm along two (None: all); by default √Σ x².

    Vectors: any number, ±∞, 0 (count).  Matrices: "fro", "nuc" (the sum of the singular values),
    2 and −2 (the largest and smallest of them), 1, −1, ±∞."""
def normalize(x: TensorLike, axis: Any=-1, order: int=2, epsilon: float | None=None) -> TensorLike:
    """x divided by its norm along `axis`, which counts as at least ε.

    Raises ValueError unless `order` is an int ≥ 1.

    Parity: for order 2 the result is x · min(1 / ‖x‖, 1 / ε)."""
def not_equal(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = [x₁ ≠ x₂]"""
def one_hot(x: TensorLike, num_classes: int, axis: int=-1, dtype: DType=None, sparse: bool=False) -> TensorLike:
    """A new axis of `num_classes`, with 1 at the class x and 0 elsewhere.

    A class that does not exist gives zeros only."""
def ones(shape: int | Sequence[int], dtype: DType=None) -> TensorLike:
    """A tensor of ones."""
def ones_like(x: TensorLike, dtype: DType=None) -> TensorLike:
    """Ones of the shape of x."""
def outer(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """yᵢⱼ = x₁ᵢ x₂ⱼ, of the flat arguments."""
def pad(x: TensorLike, pad_width: Any, mode: str='constant', constant_values: float | None=None) -> TensorLike:
    """x with a margin: "constant" values (0), or its own border, "reflect"ed or "symmetric".

    `pad_width` is one int, one pair (before, after), or a pair for each axis.
    Raises ValueError for `constant_values` in another mode, or an unknown mode."""
def percentile(x: TensorLike, q: TensorLike, axis: Axis=None, method: str='linear', keepdims: bool=False) -> TensorLike:
    """`quantile` at q / 100."""
def pinv(x: TensorLike, rcond: float | None=None) -> TensorLike:
    """Moore-Penrose inverse, singular values below rcond · largest counted as 0."""
def power(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ ^ x₂          dx₁ = dy x₂ x₁^(x₂ − 1),  dx₂ = dy y ln x₁

    Parity: where x₁ ≤ 0, dx₂ is 0.  A negative integer power of integers is an error."""
def prod(x: TensorLike, axis: Axis=None, keepdims: bool=False, dtype: str | None=None) -> TensorLike:
    """Product along `axis`; whole numbers are multiplied in at least 32 bits.

    Parity: `dtype` is ignored, except that narrow whole numbers then stay narrow."""
def psnr(x1: TensorLike, x2: TensorLike, max_val: float) -> TensorLike:
    """Peak signal-to-noise ratio in decibel: 20 log₁₀ max − 10 log₁₀ mean (x₁ − x₂)²"""
def ptp(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Largest minus smallest element along `axis`."""
def qr(x: TensorLike, mode: str='reduced') -> tuple[TensorLike, TensorLike]:
    """Orthonormal columns q and an upper triangle r with x = q r ("complete": q is square).

    Raises NotImplementedError for the gradient of the complete q of a matrix with more rows than
    columns: its last columns are arbitrary."""
def quantile(x: TensorLike, q: TensorLike, axis: Axis=None, method: str='linear', keepdims: bool=False) -> TensorLike:
    """The value below which a fraction q of the elements along `axis` lies.

    Between two elements: "linear" interpolation, "lower", "higher", "midpoint" or "nearest".
    Several q give a new first axis.  NaN anywhere gives NaN."""
def rad2deg(x: TensorLike) -> TensorLike:
    """y = x 180 / π"""
def ravel(x: TensorLike) -> TensorLike:
    """All elements of x in one row."""
def reciprocal(x: TensorLike) -> TensorLike:
    """y = 1 / x            dx = −dy y²"""
def relu(x: TensorLike) -> TensorLike:
    """Rectifier: y = max(x, 0)         dx = dy [x > 0]

    Parity: the derivative at 0 is 0."""
def relu6(x: TensorLike) -> TensorLike:
    """y = min(max(x, 0), 6)            dx = dy [0 < y < 6]

    Parity: the derivative at 0 and at 6 is 0."""
def repeat(x: TensorLike, repeats: Any, axis: int | None=None) -> TensorLike:
    """Each element `repeats` times in a row along `axis`; without axis, of the flat x."""
def reshape(x: TensorLike, newshape: Any) -> TensorLike:
    """x in another shape; one size may be −1: whatever is left.

    Raises ValueError if the number of elements does not fit."""
def rfft(x: TensorLike, fft_length: int | None=None) -> tuple[TensorLike, TensorLike]:
    """The first n / 2 + 1 elements of the Fourier transform of real numbers; n is the length.

    fft_length: n; x is cut, or filled up with zeros, to this length."""
def right_shift(x: TensorLike, y: TensorLike) -> TensorLike:
    """⌊x / 2^y⌋"""
def rms_normalization(x: TensorLike, scale: TensorLike=None, axis: Any=-1, epsilon: float | None=None) -> TensorLike:
    """y = x scale / √(mean x² + ε) along `axis`, computed in at least float32."""
def roll(x: TensorLike, shift: Any, axis: Any=None) -> TensorLike:
    """x shifted by `shift` places along `axis`; what falls off comes back on the other side."""
def rot90(array: TensorLike, k: int=1, axes: tuple[int, int]=...) -> TensorLike:
    """A quarter turn, k times, from the first towards the second of two axes.

    Parity: Keras on TensorFlow scrambles a half turn of rectangles (k=2); this does not."""
def round(x: TensorLike, decimals: int=0) -> TensorLike:
    """x to `decimals` places; halves go to the even neighbour."""
def rsqrt(x: TensorLike) -> TensorLike:
    """y = 1 / √x           dx = −½ dy y³"""
def saturate_cast(x: TensorLike, dtype: DType) -> TensorLike:
    """x in another dtype, clipped to what that dtype can hold; "bool" holds 0 and 1."""
def scan(f: Callable[[Any, Any], tuple[Any, Any]], init: Any, xs: Any=None, length: int | None=None, reverse: bool=False, unroll: int | bool=1) -> tuple[Any, Any]:
    """Carry a state along the first axis: `carry, yᵢ = f(carry, xᵢ)`; return carry, stacked y.

    Raises TypeError if f is not callable, ValueError if neither xs nor length is given."""
def scatter(indices: TensorLike, values: TensorLike, shape: Sequence[int]) -> TensorLike:
    """Zeros of the given shape, with the values added up at the indices (last axis: one place)."""
def scatter_update(inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction: str | None=None) -> TensorLike:
    """`inputs` with the elements at the indices replaced by, or combined with, the updates.

    reduction: None (replace), "add", "max", "min" or "mul"; ValueError for anything else."""
def searchsorted(sorted_sequence: TensorLike, values: TensorLike, side: str='left') -> TensorLike:
    """Where the values would have to be inserted to keep the sequence sorted (int32)."""
def segment_max(data: TensorLike, segment_ids: TensorLike, num_segments: int | None=None, sorted: bool=False) -> TensorLike:
    """Largest element of each segment; of none, the lowest number there is."""
def segment_min(data: TensorLike, segment_ids: TensorLike, num_segments: int | None=None, sorted: bool=False) -> TensorLike:
    """Smallest element of each segment; of none, the highest number there is."""
def segment_prod(data: TensorLike, segment_ids: TensorLike, num_segments: int | None=None, sorted: bool=False) -> TensorLike:
    """Product of the rows of each segment; of none, 1."""
def segment_sum(data: TensorLike, segment_ids: TensorLike, num_segments: int | None=None, sorted: bool=False) -> TensorLike:
    """Sum of the rows of each segment; of none, 0."""
def select(condlist: Sequence[TensorLike], choicelist: Sequence[TensorLike], default: TensorLike=0) -> TensorLike:
    """From the first choice whose condition holds; from `default` where none does."""
def selu(x: TensorLike) -> TensorLike:
    """y = λ x where x ≥ 0, else λα (eˣ − 1)    dx = λ dy, else dy (y + λα)

    λ = 1.0507, α = 1.67326 keep mean 0 and variance 1 (Klambauer et al., 2017)."""
def separable_conv(inputs: TensorLike, depthwise_kernel: TensorLike, pointwise_kernel: TensorLike, strides: Ints=1, padding: str='valid', data_format: str | None=None, dilation_rate: Ints=1) -> TensorLike:
    """``depthwise_conv``, whose channels are then mixed by a kernel of size 1.

    depthwise_kernel: (*size, C, M)      pointwise_kernel: (1, ..., C·M, filters)"""
def shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape of x as a tuple."""
def sigmoid(x: TensorLike) -> TensorLike:
    """y = 1 / (1 + e⁻ˣ)

    Parity: the result remembers x as its logits, and binary crossentropy uses them."""
def sign(x: TensorLike) -> TensorLike:
    """y = −1, 0 or 1       dx = 0

    Parity: the gradient is zero, not disconnected."""
def signbit(x: TensorLike) -> TensorLike:
    """y = [the sign bit is set], which tells −0.0 from 0.0"""
def silu(x: TensorLike) -> TensorLike:
    """y = x σ(x)           dx = dy σ(x) (1 + x (1 − σ(x)))"""
def sin(x: TensorLike) -> TensorLike:
    """y = sin x            dx = dy cos x"""
def sinc(x: TensorLike) -> TensorLike:
    """y = sin(πx) / (πx), and 1 at 0

    Parity: the gradient at 0 is NaN, from the branch that was not chosen."""
def sinh(x: TensorLike) -> TensorLike:
    """y = sinh x           dx = dy cosh x"""
def size(x: TensorLike) -> TensorLike:
    """The number of elements of x, as an int32 tensor."""
def slice(inputs: TensorLike, start_indices: Sequence[int], shape: Sequence[int]) -> TensorLike:
    """The block of the given shape that begins at `start_indices`; −1 reaches to the end."""
def slice_update(inputs: TensorLike, start_indices: Sequence[int], updates: TensorLike) -> TensorLike:
    """`inputs` with the block that begins at `start_indices` replaced by `updates`."""
def slogdet(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Sign and logarithm of the absolute value of the determinant."""
def soft_shrink(x: TensorLike, threshold: float=0.5) -> TensorLike:
    """y = x − λ above λ, x + λ below −λ, 0 between; of whole numbers, truncated to whole ones."""
def softmax(x: TensorLike, axis: Any=-1) -> TensorLike:
    """y = eˣ / Σ eˣ along `axis` (several: as one; None: over all elements).

    Parity: the result remembers x as its logits (unless `axis` is a tuple), and the
    categorical crossentropies use them."""
def softplus(x: TensorLike) -> TensorLike:
    """y = ln(1 + eˣ)       dx = dy σ(x)"""
def softsign(x: TensorLike) -> TensorLike:
    """y = x / (1 + |x|)    dx = dy / (1 + |x|)²"""
def solve(a: TensorLike, b: TensorLike) -> TensorLike:
    """x with a x = b; b holds columns, or is one vector for each matrix."""
def solve_triangular(a: TensorLike, b: TensorLike, lower: bool=False) -> TensorLike:
    """`solve`, reading only the upper (or lower) triangle of a."""
def sort(x: TensorLike, axis: int | None=-1) -> TensorLike:
    """x in rising order along `axis`; without axis, the flat x."""
def sparse_categorical_crossentropy(target: TensorLike, output: TensorLike, from_logits: bool=False, axis: int=-1) -> TensorLike:
    """−ln p_t for class numbers t, p the last axis of `output`; or from logits.

    Raises ValueError for another axis, for shapes that do not fit and for classes out of range.

    Parity: probabilities are clipped to [ε, 1 − ε] and their logarithms then taken as logits,
    which normalizes them; logits that `output` remembers are used instead of it."""
def sparse_plus(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1)² / 4 up to 1, x from there"""
def sparse_sigmoid(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1) / 2 up to 1, 1 from there"""
def sparsemax(x: TensorLike, axis: int=-1) -> TensorLike:
    """y = max(x − τ, 0), with a threshold τ from the k elements that support the result.

    Source: Martins and Astudillo (2016), where τ makes Σ y = 1.

    Parity: Keras sums the running sums s of the sorted elements, τ = (Σ sᵢ − 1) / k over the
    support, instead of taking the last of them; Σ y = 1 holds only for k = 1."""
def split(x: TensorLike, indices_or_sections: Any, axis: int=0) -> list[TensorLike]:
    """x cut into equal sections (an int), or before each of the given indices.

    Raises ValueError if the sections cannot be equal."""
def sqrt(x: TensorLike) -> TensorLike:
    """y = √x               dx = ½ dy / y, which is infinite at x = 0

    Parity: where dy = 0, dx = 0 even there; so in rsqrt and reciprocal."""
def square(x: TensorLike) -> TensorLike:
    """y = x²               dx = dy (2 x)"""
def squareplus(x: TensorLike, b: float=4) -> TensorLike:
    """y = (x + √(x² + b)) / 2"""
def squeeze(x: TensorLike, axis: int | Sequence[int] | None=None) -> TensorLike:
    """x without the given axes, or without all axes of size one.

    Raises ValueError if a given axis has another size."""
def stack(x: Sequence[TensorLike], axis: int=0) -> TensorLike:
    """The tensors side by side along a new axis, in their common dtype."""
def std(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Square root of the population variance.

    Parity: the gradient at a constant x is NaN."""
def stft(x: TensorLike, sequence_length: int, sequence_stride: int, fft_length: int, window: Any='hann', center: bool=True) -> tuple[TensorLike, TensorLike]:
    """The Fourier transform of each frame of real numbers, times a window.

    sequence_length: the length of the window.
    sequence_stride: how far the next frame begins behind one.
    fft_length: the length of a frame, in the middle of which the window lies.
    window: "hann", "hamming", sequence_length numbers, or None for none.
    center: whether frames are centred: x is mirrored at its ends.

    Raises TypeError for other dtypes than float32 and float64; ValueError for frames that are
    shorter than the window, and for other windows."""
def stop_gradient(variable: TensorLike) -> TensorLike:
    """y = x, and no derivative flows back: dx is None."""
def subtract(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ − x₂          dx₁ = dy,  dx₂ = −dy"""
def sum(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Sum along `axis`; whole numbers are summed in at least 32 bits."""
def svd(x: TensorLike, full_matrices: bool=True, compute_uv: bool=True) -> Any:
    """u, s, vᴴ with x = u diag(s) vᴴ, s falling; only s unless `compute_uv`.

    full_matrices: whether u and v are square.  If the sides of x then differ by more than 1, the
    gradient raises NotImplementedError: several columns are arbitrary."""
def swapaxes(x: TensorLike, axis1: int, axis2: int) -> TensorLike:
    """x with two axes exchanged."""
def swish(x: TensorLike) -> TensorLike:
    """y = x σ(x)           dx = dy σ(x) (1 + x (1 − σ(x)))"""
def switch(index: TensorLike, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`, the index clipped to the branches there are."""
def take(x: TensorLike, indices: TensorLike, axis: int | None=None) -> TensorLike:
    """The slices of x at `indices` along `axis`; without axis, elements of the flat x."""
def take_along_axis(x: TensorLike, indices: TensorLike, axis: int | None=None) -> TensorLike:
    """From each row of x along `axis`, the elements at the indices in the same row of `indices`."""
def tan(x: TensorLike) -> TensorLike:
    """y = tan x            dx = dy / cos² x"""
def tanh(x: TensorLike) -> TensorLike:
    """y = tanh x           dx = dy (1 − y²)"""
def tanh_shrink(x: TensorLike) -> TensorLike:
    """y = x − tanh x"""
def tensordot(x1: TensorLike, x2: TensorLike, axes: Any=2) -> TensorLike:
    """Sum over pairs of axes: the last `axes` of x1 with the first of x2, or two lists of axes.

    Raises ValueError if the sizes of a pair differ."""
def threshold(x: TensorLike, threshold: float, default_value: float) -> TensorLike:
    """y = x where x > threshold, else default_value"""
def tile(x: TensorLike, repeats: int | Sequence[int]) -> TensorLike:
    """x repeated `repeats` times along each axis; missing axes and repeats count as one."""
def top_k(x: TensorLike, k: int, sorted: bool=True) -> tuple[TensorLike, TensorLike]:
    """The k largest elements of the last axis, falling, and their indices (int32).

    Of equal elements the one with the lower index comes first."""
def trace(x: TensorLike, offset: int=0, axis1: int=0, axis2: int=1) -> TensorLike:
    """Sum of a diagonal of two axes."""
def transpose(x: TensorLike, axes: Sequence[int] | None=None) -> TensorLike:
    """x with its axes in another order (None: reversed).

    Raises ValueError unless `axes` names each axis once."""
def trapezoid(y: TensorLike, x: TensorLike=None, dx: float=1.0, axis: int=-1) -> TensorLike:
    """Integral of y along `axis` by the trapezoidal rule, over x or equal steps dx."""
def tri(N: int, M: int | None=None, k: int=0, dtype: DType=None) -> TensorLike:
    """Ones on and below the k-th diagonal of an N × M matrix of zeros."""
def tril(x: TensorLike, k: int=0) -> TensorLike:
    """x with zeros above the k-th diagonal."""
def triu(x: TensorLike, k: int=0) -> TensorLike:
    """x with zeros below the k-th diagonal."""
def true_divide(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """``divide``; the node of ``x1 / x2`` in a graph has this name.

    Parity: in a function, x / number is x · (1 / number)."""
def trunc(x: TensorLike) -> TensorLike:
    """x without its fraction; whole numbers keep their dtype."""
def unique(x: TensorLike, sorted: bool=True, return_index: bool=False, return_inverse: bool=False, return_counts: bool=False, axis: int | None=None, size: int | None=None, fill_value: Any=None) -> Any:
    """The different elements (or slices along `axis`), with first indices, inverse and counts.

    `size` cuts or fills up the result to a fixed length.  Always sorted here."""
def unravel_index(indices: TensorLike, shape: Sequence[int]) -> tuple[TensorLike, ...]:
    """The coordinates, in an array of the given shape, of indices into the flat array."""
def unstack(x: TensorLike, num: int | None=None, axis: int=0) -> list[TensorLike]:
    """The slices of x along an axis, which disappears."""
def vander(x: TensorLike, N: int | None=None, increasing: bool=False) -> TensorLike:
    """Powers of x as columns: x^(N−1), ..., x, 1 (`increasing`: 1, x, ...)."""
def var(x: TensorLike, axis: Axis=None, keepdims: bool=False) -> TensorLike:
    """Population variance: the mean of (x − mean x)²."""
def vdot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum of the products of all elements."""
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Apply a function to each slice of the first axis, and stack the results."""
def vsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the first axis."""
def vstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the first axis."""
def where(condition: TensorLike, x1: TensorLike=None, x2: TensorLike=None) -> TensorLike:
    """Elements of x1 where the condition holds, of x2 elsewhere; alone, where it holds.

    Raises ValueError if only one of x1 and x2 is given.

    Parity: a NaN gradient of the branch that was not chosen stays NaN (0 · ∞)."""
def while_loop(cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None=None) -> Any:
    """Repeat `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` holds."""
def zeros(shape: int | Sequence[int], dtype: DType=None) -> TensorLike:
    """A tensor of zeros."""
def zeros_like(x: TensorLike, dtype: DType=None) -> TensorLike:
    """Zeros of the shape of x."""
