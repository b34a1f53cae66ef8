"""What the rules have to say about a document besides its meaning, gathered while they read it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from supervisor.config.documents import Document
from supervisor.config.paths import Path
from supervisor.config.suggest import did_you_mean
from supervisor.errors import AnyProblem, KeyIgnored, UnknownKey, WrongType
from supervisor.escaping import printable


class Notes(Struct, frozen=True):
    """Problems and warnings of one part of a document; the lists grow while that part is read."""

    document: Document
    problems: list[AnyProblem] = field(default_factory=list)
    warnings: list[AnyProblem] = field(default_factory=list)

    def place(self, path: Path) -> str:
        """The path for people."""
        return self.document.place(path)

    def wrong(self, path: Path, reason: str, expected: str) -> None:
        """A value of a wrong kind or range; never quote a value that may be a secret."""
        self.problems.append(WrongType(place=self.place(path), reason=printable(reason), expected=expected))

    def unknown(self, path: Path, known: Sequence[str]) -> None:
        """A key that a block of ours does not have."""
        key = str(path[-1])
        suggestion = did_you_mean(key, known)
        problem = UnknownKey(
            place=self.place(path), key=printable(key), suggestion=suggestion, known=", ".join(sorted(known))
        )
        self.problems.append(problem)

    def ignored(self, path: Path, reason: str) -> None:
        """A key from which somebody seems to expect something."""
        self.warnings.append(KeyIgnored(place=self.place(path), key=printable(str(path[-1])), reason=reason))
