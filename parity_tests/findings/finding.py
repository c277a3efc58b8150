"""What an entry of ``docs/findings.md`` consists of, and how it is judged."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

BACKENDS = ("tensorflow", "jax", "torch")
LIBRARIES = (*BACKENDS, "minikeras")
LINES = 10  # the most that a reproducer may have


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """A defect of Keras or of one of its backends.

    Args:
        title: what is wrong, in one line.
        code: lines that need Keras and NumPy alone and print what is wrong.
        right: what they should print.
        wrong: what they print, by the names of the libraries that do, separated by spaces.  A name
            is a backend of Keras, or "minikeras".  All others print what is right.  A line that
            names an exception stands for the error that ends the program.
        other: what those print that are neither right nor wrong, for a reason that ``why`` gives.
        why: why the other output is right, and what the cause is.
        proof: lines without Keras that print what is right.
        promise: a public name of Keras, and words of its documentation that the output breaks.
        place: the file of minikeras that computes this; empty if minikeras does not have it.
        upstream: addresses of reports.
        onednn: whether the operations of oneDNN must be on.
    """

    title: str
    code: str
    right: str
    wrong: dict[str, str]
    why: str
    other: dict[str, str] = dataclasses.field(default_factory=dict)
    proof: str = ""
    promise: tuple[str, str] | None = None
    place: str = ""
    upstream: tuple[str, ...] = ()
    onednn: bool = False

    def __post_init__(self) -> None:
        unknown = set(" ".join(self.wrong | self.other).split()) - set(LIBRARIES)
        if unknown:
            raise ValueError(f"{self.title}: no library is called {unknown}")

    @property
    def anchor(self) -> str:
        """What Markdown makes of the title."""
        plain = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode()
        return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())

    def expected(self, library: str) -> str:
        """What the code prints with a library."""
        unlike = self.wrong | self.other
        return next(
            (text for names, text in unlike.items() if library in names.split()), self.right
        )

    def is_wrong(self, library: str) -> bool:
        return any(library in names.split() for names in self.wrong)

    def word(self, library: str) -> str:
        """What the tables say about a library."""
        if library == "minikeras" and not self.place:
            return "–"
        if library in " ".join(self.other).split():
            return "other"
        return "wrong" if self.is_wrong(library) else "right"

    def complaint(self, library: str, printed: str) -> str:
        """What is to be done about a measurement that is not the expected one, or nothing."""
        if printed == self.expected(library):
            return ""
        if printed == self.right:
            return f"{self.title!r} is mended in {library}: take the entry out, or the library"
        return f"{self.title!r}: {library} prints\n{printed}\ninstead of\n{self.expected(library)}"
