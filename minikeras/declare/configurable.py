"""Objects that are described by their constructor arguments.

A subclass states its arguments once, as annotated fields:

    class Huber(Loss):
        delta: float = 1.0

and receives ``__init__``, ``get_config``, ``from_config`` and ``__repr__``.  Own fields
come first, inherited ones after, so that positional calls agree with Keras; a bare
assignment ``name = "huber_loss"`` gives an inherited field another default.  With
``fixed=("beta",)`` in its head a class sets that inherited field itself, and its constructor
does not take it.

A class may write its own ``__init__``.  If it is a base (``class Layer(..., base=True)``)
the generated constructors of its subclasses hand all further keywords to it.  If it is a
leaf, ``get_config`` answers with the arguments it was called with, as long as these are
plain values.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, ClassVar, Self

from minikeras import frames
from minikeras.declare.docstrings import describe_arguments
from minikeras.messages import describe, did_you_mean

REQUIRED: Any = inspect.Parameter.empty
_PLAIN = (str, int, float, bool, type(None))


@dataclasses.dataclass(frozen=True)
class Field:
    default: Any = REQUIRED
    registry: Any = None  # offers get ("relu" → ops.relu) and serialize (ops.relu → "relu")
    kw_only: bool = False
    saved: bool = True
    init_only: bool = False
    is_integer: bool = False  # is annotated as int

    def convert(self, value: Any) -> Any:
        return value if self.registry is None else self.registry.get(value)

    def serialize(self, value: Any) -> Any:
        return value if self.registry is None else self.registry.serialize(value)


def field(
    default: Any = REQUIRED,
    *,
    registry: Any = None,
    kw_only: bool = False,
    saved: bool = True,
    init_only: bool = False,
) -> Any:
    """A field that differs from a plain annotation.

    registry: where the value is looked up if it is given by name.
    kw_only: whether the constructor takes it by keyword only.
    saved: whether ``get_config`` holds it.
    init_only: it is no attribute; ``setup`` receives it (like ``dataclasses.InitVar``).
    """
    return Field(default, registry, kw_only, saved and not init_only, init_only)


class Configurable:
    _fields: ClassVar[dict[str, Field]] = {}
    _base_init: ClassVar[Callable[..., None] | None] = None
    _call: tuple[tuple[Any, ...], dict[str, Any]] | None = None
    # The fields that a config begins with, where Keras's order is not that of the constructor: the
    # text of a config in a file is then Keras's, byte for byte.
    _config_order: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:  # made from the fields

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __init_subclass__(
        cls, base: bool = False, fixed: Collection[str] = (), **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        own = {name: _take_field(cls, name) for name in _annotated(cls)}
        inherited = {
            name: dataclasses.replace(f, default=cls.__dict__[name]) if name in cls.__dict__ else f
            for name, f in cls._fields.items()
            if name not in own and name not in fixed
        }
        changed = fixed or any(inherited[n] is not cls._fields[n] for n in inherited)
        cls._fields = own | inherited
        written = cls.__dict__.get("__init__")
        if written:
            if base:
                cls._base_init = written
            else:
                cls.__init__ = _remember_call(written)  # type: ignore[method-assign]  # wrapped
        elif own or changed or ("setup" in cls.__dict__ and cls.__init__ is cls._base_init):
            cls.__init__ = _GeneratedInit(cls)  # type: ignore[assignment,method-assign]  # a descriptor

    def setup(self) -> None:
        """Runs after the fields are set; subclasses validate here."""

    @classmethod
    def _update_keywords(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The keywords of a call, with those of older versions replaced by today's."""
        return kwargs

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, as plain values, in Keras's order."""
        return self._field_config() if self._fields else self._call_config()

    def _field_config(self) -> dict[str, Any]:
        order = dict.fromkeys((*self._config_order, *self._fields))
        fields = {name: self._fields[name] for name in order if name in self._fields}
        return {n: f.serialize(getattr(self, n)) for n, f in fields.items() if f.saved}

    def _call_config(self) -> dict[str, Any]:
        """The arguments of the constructor call; NotImplementedError unless they are plain."""
        if self._call is None:
            return {}
        args, kwargs = self._call
        signature = inspect.signature(type(self).__init__)
        bound = signature.bind(self, *args, **kwargs).arguments
        config: dict[str, Any] = {}
        for name, value in list(bound.items())[1:]:
            extra = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
            config |= value if extra else {name: value}
        if not all(_is_plain(value) for value in config.values()):
            raise NotImplementedError(
                f"{type(self).__name__} was made with arguments that are no plain values: "
                f"{sorted(n for n, v in config.items() if not _is_plain(v))}; "
                "it must override get_config() to be saved"
            )
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """An object equal to the one whose ``get_config`` this is."""
        return cls(**config)

    def __repr__(self) -> str:
        given = ", ".join(f"{n}={getattr(self, n)!r}" for n in self._fields if hasattr(self, n))
        return f"{type(self).__name__}({given})"


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)


def _remember_call(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        if self._call is None:  # the outermost constructor is the one that was called
            object.__setattr__(self, "_call", (args, kwargs))
        try:
            init(self, *args, **kwargs)
        except Exception as error:
            frames.shorten(error)
            raise

    return __init__


def _annotated(cls: type) -> list[str]:
    """Annotated names that are fields: public and not ``ClassVar``, written as type or as text."""
    hints = inspect.get_annotations(cls)
    return [n for n, hint in hints.items() if n[0] != "_" and "ClassVar" not in str(hint)]


def _take_field(cls: type, name: str) -> Field:
    """Read a field out of the class body and leave its plain default behind."""
    value = cls.__dict__.get(name, REQUIRED)
    declared = value if isinstance(value, Field) else Field(value)
    if inspect.get_annotations(cls)[name] in (int, "int"):
        declared = dataclasses.replace(declared, is_integer=True)
    if declared.default is not REQUIRED and not declared.init_only:
        setattr(cls, name, declared.default)
    elif name in cls.__dict__:
        delattr(cls, name)
    return declared


def _is_tensor(value: Any) -> bool:
    """Whether it is a tensor that has axes; a number of NumPy also has shape and dtype."""
    shape = getattr(value, "shape", None)
    return isinstance(shape, tuple) and shape != () and hasattr(value, "dtype")


def _with_advice_to_call(error: Exception, name: str, first: str, tensor: Any) -> str:
    end = "" if str(error).endswith((".", "?")) else "."
    return (
        f"{error}{end} {name} received a tensor as its argument `{first}`: "
        f"{describe(tensor)}. If this is its input, make the object first and call it then: "
        f"{name}(...)(x)"
    )


@functools.cache  # one base has many subclasses
def _parameters(function: Callable[..., None]) -> list[str]:
    return list(inspect.signature(function).parameters)


class _GeneratedInit:
    """The constructor of ``cls``.  It is made when it is first used, which keeps imports short."""

    def __init__(self, cls: type[Configurable]) -> None:
        self.cls = cls

    def __get__(self, instance: Configurable | None, owner: type[Configurable]) -> Any:
        self.cls.__init__ = made = _make_init(self.cls)  # type: ignore[method-assign]  # from now on
        return made.__get__(instance, owner)


def _make_init(cls: type[Configurable]) -> Callable[..., None]:
    fields, base_init = cls._fields, cls._base_init
    kinds = {True: inspect.Parameter.KEYWORD_ONLY, False: inspect.Parameter.POSITIONAL_OR_KEYWORD}
    parameters = [
        inspect.Parameter(name, kinds[f.kw_only], default=f.default) for name, f in fields.items()
    ]
    if base_init:
        parameters.append(inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD))
    signature = inspect.Signature(sorted(parameters, key=lambda p: p.kind))
    named = [*fields, *(_parameters(base_init) if base_init else ())]

    def construct(self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kwargs = self._update_keywords(kwargs)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [name for name in kwargs if name not in named]
            problem, hint = str(error), ""
            if unknown:  # Python may name another argument first, one that is missing for it
                problem = f"got an unexpected keyword argument {unknown[0]!r}"
                hint = did_you_mean(unknown[0], named)
            raise TypeError(
                f"{type(self).__name__}.__init__(): {problem}{hint and '.'}{hint}"
            ) from None
        bound.apply_defaults()
        if base_init:
            base_init(self, **bound.arguments.pop("kwargs", {}))
        init_only = {n: bound.arguments.pop(n) for n, f in fields.items() if f.init_only}
        for name, value in bound.arguments.items():
            setattr(self, name, fields[name].convert(value))
        self.setup(**init_only)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            construct(self, args, kwargs)
        except Exception as error:
            if (
                args
                and callable(self)
                and _is_tensor(args[0])
                and isinstance(error, TypeError | ValueError)
            ):
                name, first = type(self).__name__, next(iter(fields))
                error.args = (_with_advice_to_call(error, name, first, args[0]),)
            frames.shorten(error)
            raise

    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    __init__.__signature__ = signature.replace(  # type: ignore[attr-defined]  # for inspect
        parameters=[this, *signature.parameters.values()]
    )
    __init__.__doc__ = describe_arguments(cls, named)
    return __init__
