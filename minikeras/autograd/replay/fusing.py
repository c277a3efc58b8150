"""Chains of calls of which only the last result is needed, computed by one kernel.

    t1 = multiply(x0, c1)
    t2 = _add(t1, c2)                   t3 = scale_and_shift_relu(x0, c1, c2)
    t3 = relu(t2)

The kernel rounds each step as the operations do, so that the bits remain.  Large arrays pass
through memory once instead of three times.  The operations declare such chains with ``fuse``.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from minikeras.autograd.replay.program import Call, Program, Store, outputs_of
from minikeras.twins import import_twin


class Chain(NamedTuple):
    """Operations, each of which has the result of the one before as its first argument.

    twin: ``"module:name"`` of the function that computes them from all their other arguments.
    when: whether the function accepts such arguments, from their specs.
    """

    operations: tuple[str, ...]
    twin: str
    when: Callable[..., bool]


_chains: list[Chain] = []


def fuse(*operations: str, twin: str, when: Callable[..., bool]) -> None:
    """Let replayed programs call a twin in place of these operations, which are given by name."""
    _chains.append(Chain(operations, twin, when))
    _chains.sort(key=lambda chain: -len(chain.operations))


def with_fused_chains(program: Program, bind: Callable[[str, Any], str]) -> list[Call | Store]:
    """The needed statements of a program, with calls of twins in place of chains.

    bind: gives an object a name in the program.
    """
    statements = [statement for statement, _ in program.needed_statements()]
    reads = collections.Counter(itertools.chain(*[s.reads for s in statements]))
    reads.update(outputs_of(program.result))
    makers = {s.targets: s for s in statements if isinstance(s, Call) and s.operation}
    fused: list[Call | Store] = []
    replaced: set[Any] = set()
    for statement in reversed(statements):
        if isinstance(statement, Call) and statement.operation:
            if statement.targets in replaced:
                continue
            for chain in _chains:
                calls = _calls_of(chain, statement, makers, reads)
                arguments = [a for i, c in enumerate(calls) for a in c.arguments[i > 0 :]]
                specs = [program.specs[a] for a in arguments if a in program.specs]
                if calls and len(specs) == len(arguments) and chain.when(*specs):
                    twin = import_twin(chain.twin, "a replayed program")
                    name = bind(twin.__name__, twin)
                    replaced.update(call.targets for call in calls[:-1])
                    statement = Call(statement.targets, name, tuple(arguments))
                    break
        fused.append(statement)
    return fused[::-1]


def _calls_of(
    chain: Chain, last: Call, makers: dict[Any, Call], reads: collections.Counter[Any]
) -> list[Call]:
    """The calls of a chain that ends with ``last``; none if another statement needs a result."""
    calls = [last]
    for operation in chain.operations[:0:-1]:
        first = calls[0].arguments[0]
        if calls[0].operation != operation or reads[first] > 1 or first not in makers:
            return []
        calls.insert(0, makers[first])
    return calls if calls[0].operation == chain.operations[0] else []
