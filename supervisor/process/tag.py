"""The tag: a number of its own for each instance, kept as the limit RLIMIT_RTTIME of all its processes.

Why this limit. It is inherited through every fork and exec; without privilege a hard limit can only be lowered; it
counts processor time of realtime-scheduled threads only, and this much of it is 146 000 years; and everybody may read
it in /proc/PID/limits, also of a process that has changed its user. So it stays with a process that has left its
session, lost its parents and replaced its environment.

Where a program may still call setrlimit (mode none, level S1) it can lower its tag and so lose it; a sandbox with a
filter of system calls does not let it.

Pure; the guardian starts from this file too, so it imports nothing.
"""

from __future__ import annotations

FIRST = 1 << 62
"""The highest bit of every tag: no limit that anybody has set for its own sake is so high, and it is less than 2^63, so
that it reads the same with a sign and without. The two bits below it are 0."""
TOKEN_BITS = 40
"""As much of a table's token: two of 1000 tables on one machine share it once in two million times."""
NUMBER_BITS = 20
"""Instances that can live at the same time; then their numbers begin anew."""
TOKEN_DIGITS = TOKEN_BITS // 4
DIGITS = frozenset("0123456789abcdef")
NAME = b"Max realtime timeout"


def tag_of(token: str, number: int) -> int:
    """The tag of one instance of the table with this token (hexadecimal); 0, which is no tag, for any other token."""
    first = _first_of(token)
    return first | number & (1 << NUMBER_BITS) - 1 if first else 0


def number_after(last: int, live: set[int]) -> int:
    """The next number that no living instance has; there is one as long as fewer live than there are numbers."""
    while True:
        last = (last + 1) % (1 << NUMBER_BITS)
        if last not in live:
            return last


def is_of(tag: int, token: str) -> bool:
    """Whether it is the tag of some instance of this table."""
    first = _first_of(token)
    return first > 0 and tag >> NUMBER_BITS == first >> NUMBER_BITS


def tag_in(limits: bytes) -> int:
    """The tag in the text of /proc/PID/limits, 0 if there is none: the hard limit, the soft one can be changed."""
    begin = limits.find(NAME)
    words = limits[begin + len(NAME) :].split(None, 2) if begin >= 0 else []
    value = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return value if value >= FIRST else 0


def _first_of(token: str) -> int:
    digits = token[:TOKEN_DIGITS]
    if len(digits) < TOKEN_DIGITS or not set(digits) <= DIGITS:
        return 0
    return FIRST | int(digits, 16) << NUMBER_BITS
