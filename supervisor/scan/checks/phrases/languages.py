"""All languages of the grammar."""

from __future__ import annotations

from supervisor.scan.checks.phrases import ar, de, en, es, fr, further, hi, ja, ko, others, pt, ru, zh
from supervisor.scan.checks.phrases.table import Table

TABLES: tuple[Table, ...] = (
    en.TABLE, zh.TABLE, ja.TABLE, ko.TABLE, ru.TABLE, es.TABLE, pt.TABLE, fr.TABLE, de.TABLE, ar.TABLE, hi.TABLE,
    *others.TABLES, *further.TABLES,
)  # fmt: skip
"""English first: it is what most definitions are written in."""
