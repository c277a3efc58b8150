"""HDF5 files of strangers, read through h5py: only what a file of weights needs.

A file of weights holds groups, arrays of numbers, and attributes. HDF5 has much more: links into
other files, arrays whose bytes lie in other files, arrays computed from others, filters that are
loaded as plug-ins, objects of Python types. Each is refused where it stands, before it is followed.
An array is read only if the file holds about as many bytes as the array has. Compressed blocks are
inflated here and not by the library, which has no bound for them.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

import numpy as np

from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.saving.hdf5_headers import length_of_texts, root_of
from minikeras.saving.hdf5_heaps import check_heaps, check_names
from minikeras.saving.limits import LIMITS, Limits, LoadError
from minikeras.saving.opening import opened

h5py = Library("h5py")

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_DEFLATE, _SHUFFLE = 1, 2  # numbers of HDF5's filters
_NUMBERS = {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "b": (1,)}


def open_hdf5(
    source: str | os.PathLike[str] | bytes | BinaryIO, where: str = "", limits: Limits = LIMITS
) -> Group:
    """The root group of an HDF5 file; use it in a ``with`` statement, or close it.

    source: a path, the bytes of a file, or an open, seekable file, which the caller closes.
    where: its name, for messages; by default the path.

    Raises LoadError if it is no HDF5 file or is damaged; for a path also what ``opened`` raises.
    """
    own = None
    if isinstance(source, bytes):
        file: Any = io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        where = where or os.fspath(source)
        file = own = opened(source)
    else:
        file = source
    try:
        file.seek(0)
        if file.read(len(SIGNATURE)) != SIGNATURE:
            raise LoadError(f"{where}: this is not an HDF5 file")
        length = file.seek(0, os.SEEK_END)
        with _damage(where):
            check_names(file, root_of(file), where)
            opened_file = h5py.File(file, "r")
            root = opened_file["/"].id
        shared = _File(opened_file, file, own is not None, length, limits)
        return Group(shared, root, where, 0)
    except BaseException:
        if own is not None:
            own.close()
        raise


class _File:
    """What all objects of a file share."""

    def __init__(self, h5: Any, raw: Any, is_own: bool, length: int, limits: Limits) -> None:
        self.h5, self.raw, self.is_own = h5, raw, is_own
        self.length, self.limits = length, limits
        self._are_heaps_sound = False

    def check_heaps(self, where: str) -> None:
        """Once, before the library follows the first reference into a heap."""
        if not self._are_heaps_sound:
            check_heaps(self.raw, where)
        self._are_heaps_sound = True

    def close(self) -> None:
        self.h5.close()
        if self.is_own:
            self.raw.close()


class _Object:
    """What groups and datasets have in common: a place in the file, and attributes."""

    def __init__(self, file: _File, identifier: Any, where: str, depth: int) -> None:
        self._file, self._id, self.where, self._depth = file, identifier, where, depth

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.where}>"

    def attributes(self) -> dict[str, Any]:
        """The attributes by name: numbers, arrays of numbers, text, lists of text.

        Raises LoadError for anything else and for what is larger than the limits.
        """
        limits, found = self._file.limits, {}
        with _damage(self.where):
            count = h5py.h5a.get_num_attrs(self._id)
            if count > limits.members:
                self._refuse(f"{count} attributes; at most {limits.members} are read")
            for i in range(count):
                attribute = h5py.h5a.open(self._id, index=i)
                name = _text(attribute.name, self.where)
                found[name] = self._attribute(attribute, f"attribute {describe(name)}")
        return found

    def _attribute(self, attribute: Any, what: str) -> Any:
        limits, kind, shape = self._file.limits, attribute.get_type(), attribute.shape
        if attribute.get_space().get_simple_extent_type() == h5py.h5s.NULL:
            return None
        count = self._count(shape, what)
        if isinstance(kind, h5py.h5t.TypeStringID):
            size = count * kind.get_size()
            if kind.is_variable_str():
                size = self._length_of_texts(attribute.name, count)
            if size > max(limits.attribute_bytes, self._file.length):
                self._refuse(f"{what} has {count} texts of {size} bytes")
            if kind.is_variable_str():
                self._file.check_heaps(self.where)
                raw = np.empty(shape, object)
                attribute.read(raw, mtype=h5py.h5t.py_create(h5py.string_dtype()))
            else:
                raw = np.empty(shape, f"S{kind.get_size()}")
                attribute.read(raw)
            texts = [_text(entry or b"", f"{self.where}, {what}") for entry in raw.ravel().tolist()]
            return texts if shape else texts[0]
        dtype = self._numeric(kind, what)
        if count * dtype.itemsize > limits.attribute_bytes:
            self._refuse(f"{what} has {count * dtype.itemsize} bytes")
        numbers = np.empty(shape, dtype)
        attribute.read(numbers)
        return numbers if shape else numbers[()]

    def _length_of_texts(self, name: bytes, count: int) -> int:
        """What the texts of an attribute take at most."""
        address = h5py.h5o.get_info(self._id).addr
        found = length_of_texts(self._file.raw, address, name, count)
        # Several references may point to one long text: each is as long as the file at most.
        return count * self._file.length if found is None else found

    def _count(self, shape: tuple[int, ...], what: str) -> int:
        """Elements of an array of this shape; Python's integers do not overflow."""
        if len(shape) > self._file.limits.rank:
            self._refuse(f"{what} has {len(shape)} axes; at most {self._file.limits.rank} are read")
        return math.prod(shape)

    def _numeric(self, kind: Any, what: str) -> np.dtype[Any]:
        """The dtype of plain numbers in this machine's byte order."""
        wanted = (h5py.h5t.TypeIntegerID, h5py.h5t.TypeFloatID, h5py.h5t.TypeEnumID)
        with contextlib.suppress(TypeError, ValueError):
            dtype = kind.dtype if isinstance(kind, wanted) else np.dtype("O")
            is_bool = dtype.kind == "b" or not isinstance(kind, h5py.h5t.TypeEnumID)
            if is_bool and dtype.itemsize in _NUMBERS.get(dtype.kind, ()):
                return dtype.newbyteorder("=")
        self._refuse(f"{what} has a type that is not read; expected floats, integers or booleans")

    def _refuse(self, what: str) -> NoReturn:
        raise LoadError(f"{self.where}: {what}")


class Group(_Object):
    """A group: other groups and datasets by name."""

    def __enter__(self) -> Group:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def file_bytes(self) -> int:
        """The size of the whole file."""
        return self._file.length

    def close(self) -> None:
        """Close the whole file; datasets of it can no longer be read."""
        self._file.close()

    def keys(self) -> list[str]:
        """The names within, in HDF5's order of names."""
        with _damage(self.where):
            count = self._id.get_num_objs()
            if count > self._file.limits.members:
                self._refuse(f"{count} entries; at most {self._file.limits.members} are read")
            return [_text(name, self.where) for name in self._id]

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not name or "\0" in name:
            return False
        first, _, rest = name.partition("/")
        with _damage(self.where):
            if first in ("", ".", "..") or not self._id.links.exists(first.encode("utf-8")):
                return False
        if not rest:
            return True
        inside = self[first]
        return isinstance(inside, Group) and rest in inside

    def __getitem__(self, name: str) -> Any:
        """The Group or Dataset ``name``; ``"a/b"`` is the entry b of the group a.

        Raises KeyError if it is not there; LoadError if it is a link to elsewhere or damaged.
        """
        first, _, rest = name.partition("/")
        where = f"{self.where}/{first}"
        if first not in self:
            raise KeyError(where)
        with _damage(where):
            link = self._id.links.get_info(first.encode("utf-8"))
            if link.type != h5py.h5l.TYPE_HARD:
                raise LoadError(f"{where} is a soft or external link; expected the object itself")
            check_names(self._file.raw, link.u, where)
            found = h5py.h5o.open(self._id, first.encode("utf-8"))
        if self._depth >= self._file.limits.depth:
            raise LoadError(
                f"{where}: more than {self._file.limits.depth} groups inside each other"
            )
        inside: Group | Dataset
        if isinstance(found, h5py.h5g.GroupID):
            inside = Group(self._file, found, where, self._depth + 1)
        elif isinstance(found, h5py.h5d.DatasetID):
            inside = Dataset(self._file, found, where, self._depth + 1)
        else:
            raise LoadError(f"{where} is neither a group nor a dataset")
        if not rest:
            return inside
        if isinstance(inside, Dataset):
            raise KeyError(f"{where}/{rest}")
        return inside[rest]


class Dataset(_Object):
    """An array, which is read on demand."""

    @property
    def shape(self) -> tuple[int, ...]:
        """LoadError if it has more axes than are read."""
        with _damage(self.where):
            shape = tuple(self._id.shape or ())
        self._count(shape, "the array")
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """LoadError if it holds anything but plain numbers."""
        with _damage(self.where):
            return self._numeric(self._id.get_type(), "the array")

    @property
    def is_compressed(self) -> bool:
        """Whether any filter stands between the stored bytes and the elements."""
        with _damage(self.where):
            return bool(self._id.get_create_plist().get_nfilters())

    def check(self, expected_shape: tuple[int, ...] | None = None) -> None:
        """Raise LoadError, as ``read`` would, without reading the elements."""
        shape, dtype = self.shape, self.dtype
        if expected_shape is not None and shape != tuple(expected_shape):
            self._refuse(f"the array has shape {shape}; expected {tuple(expected_shape)}")
        size, limits = math.prod(shape) * dtype.itemsize, self._file.limits
        with _damage(self.where):
            space, plan = self._id.get_space(), self._id.get_create_plist()
            if space.get_simple_extent_type() == h5py.h5s.NULL:
                self._refuse("the array has no shape")
            layout = plan.get_layout()
            if layout not in (h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED, h5py.h5d.COMPACT):
                self._refuse("the array is a view of other arrays or files")
            if plan.get_external_count():
                self._refuse("the bytes of the array lie in another file")
            stored = self._id.get_storage_size()
            filters = [plan.get_filter(i) for i in range(plan.get_nfilters())]
            if layout == h5py.h5d.CHUNKED:
                self._check_chunks(plan.get_chunk(), dtype, filters)
        if size > limits.array_bytes:
            self._refuse(f"the array has {size} bytes; at most {limits.array_bytes} are read")
        if stored > self._file.length:
            self._refuse("the array is larger than the file")
        if (size > stored and not filters) or not limits.may_inflate(stored, size):
            self._refuse(f"the file holds {stored} bytes of the array, which has {size}")

    def read(self, expected_shape: tuple[int, ...] | None = None) -> np.ndarray[Any, Any]:
        """The elements, in this machine's byte order.

        expected_shape: refuse any other.

        Raises LoadError if the shape is another one, the elements are no plain numbers, the bytes
        of the array are not in this file or fewer than it has, or they are damaged.
        """
        self.check(expected_shape)
        values = np.empty(self.shape, self.dtype)
        if not values.size:
            return values
        with _damage(self.where):
            plan = self._id.get_create_plist()
            if plan.get_layout() == h5py.h5d.CHUNKED:
                self._read_chunks(values, plan)
            else:
                self._id.read(h5py.h5s.ALL, h5py.h5s.ALL, values)
        return values

    def _check_chunks(
        self, chunk: tuple[int, ...], dtype: np.dtype[Any], filters: list[tuple[Any, ...]]
    ) -> None:
        for code, *_ in filters:
            if code not in (_DEFLATE, _SHUFFLE):
                self._refuse(f"the array is stored with filter {code}; expected gzip or shuffle")
        codes = [code for code, *_ in filters]
        if codes not in ([], [_DEFLATE], [_SHUFFLE], [_SHUFFLE, _DEFLATE]):
            self._refuse("the array is stored with its filters in an unusual order")
        size = math.prod(chunk) * dtype.itemsize
        if size > max(self._file.limits.inflated_bytes, 2 * self._file.length):
            self._refuse(f"the array is stored in blocks of {size} bytes")

    def _read_chunks(self, values: np.ndarray[Any, Any], plan: Any) -> None:
        chunk, codes = plan.get_chunk(), [plan.get_filter(i)[0] for i in range(plan.get_nfilters())]
        stored_dtype = self._id.get_type().dtype
        size = math.prod(chunk) * stored_dtype.itemsize
        expected = math.prod(-(-n // c) for n, c in zip(values.shape, chunk))
        infos: list[Any] = []

        def note(info: Any) -> bool | None:
            infos.append(info)
            return True if len(infos) > expected else None  # anything but None ends the iteration

        self._id.chunk_iter(note)
        if len(infos) != expected or len({info.chunk_offset for info in infos}) != expected:
            self._refuse(f"the array has {len(infos)} blocks; expected {expected}")
        for info in infos:
            if info.size > self._file.length or (not codes and info.size != size):
                self._refuse(f"a block of the array has {info.size} bytes; expected {size}")
            skipped, raw = self._id.read_direct_chunk(info.chunk_offset)
            if skipped:
                self._refuse("a block of the array was stored without its filters")
            content = _inflated(raw, size) if _DEFLATE in codes else raw
            if len(content) != size:
                self._refuse(f"a block of the array does not have the {size} bytes that it needs")
            if _SHUFFLE in codes:
                planes = np.frombuffer(content, np.uint8).reshape(stored_dtype.itemsize, -1)
                content = planes.T.tobytes()
            block = np.frombuffer(content, stored_dtype).reshape(chunk)
            part = tuple(
                slice(start, min(start + c, n))
                for start, c, n in zip(info.chunk_offset, chunk, values.shape)
            )
            values[part] = block[tuple(slice(0, s.stop - s.start) for s in part)]


def _inflated(raw: bytes, size: int) -> bytes:
    """At most one byte more than ``size``, so that a longer stream is noticed."""
    try:
        return zlib.decompressobj().decompress(raw, size + 1)
    except zlib.error as error:
        raise OSError(f"a compressed block: {error}") from None


def _text(raw: bytes | str, where: str) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise LoadError(f"{where}: {raw[:72]!r} is not UTF-8") from None


@contextlib.contextmanager
def _damage(where: str) -> Iterator[None]:
    """Errors of the library say that the file is damaged: it raises many types for that."""
    try:
        yield
    except LoadError:
        raise
    except (
        OSError,
        RuntimeError,
        ValueError,
        TypeError,
        KeyError,
        OverflowError,
        MemoryError,
    ) as error:
        raise LoadError(f"{where} is damaged: {error}") from None
