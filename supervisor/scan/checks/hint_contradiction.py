"""A tool that says it changes nothing, by its hints or in words, and whose own texts say that it does.

Only a verb in the place of the deed counts: the leading verb of the name (`get_merge_request` reads, it merges
nothing) or of the description's first sentence, or one that a sentence gives to the tool (“and then deletes”). Objects
(“deleted items”), purposes (“to see what could be removed”) and negations (“never deletes”) do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import annotation, description_of, first_sentence, words_of
from supervisor.scan.words import Hit

_LOSES = frozenset((
    "delete", "drop", "purge", "wipe", "erase", "truncate", "overwrite", "destroy", "uninstall", "shred",
    "obliterate", "nuke", "unlink", "rm", "rmdir", "eliminar", "borrar", "supprimer",
    "effacer", "loeschen", "löschen", "excluir", "apagar", "удалить", "削除", "删除", "삭제",
))  # fmt: skip
_CHANGES = _LOSES | frozenset((
    "remove", "write", "create", "update", "modify", "insert", "edit", "rename", "replace", "patch",
    "transfer", "pay", "revoke", "reset", "rotate", "shutdown", "disable", "ban", "deploy", "publish", "send",
    "grant", "reboot", "restart", "upsert", "merge", "commit", "push", "kill", "terminate",
))  # fmt: skip
_READS = frozenset((
    "get", "list", "read", "fetch", "show", "search", "find", "describe", "view", "query", "count", "check",
    "inspect", "lookup", "look", "download", "export", "analyze", "analyse", "preview", "validate", "explain",
    "generate", "compute", "calculate", "compare", "summarize", "diff", "watch", "poll", "resolve", "retrieve",
    "browse", "open", "scan", "detect", "estimate", "simulate", "dry", "hide", "debug", "is", "has", "can",
))  # fmt: skip
_READERS = frozenset(("reader", "viewer", "inspector", "explorer"))
"""At the end of a name: what stands before is what it reads."""
_LOSES_IT = (
    r"delet(?:es|e)|drops?|purges?|wip(?:es|e)|eras(?:es|e)|truncat(?:es|e)|overwrit(?:es|e)|destroys?|uninstalls?|"
    r"shreds?|obliterat(?:es|e)"
)
_MADE = frozenset((
    "plan", "chart", "report", "summary", "diagram", "preview", "list", "draft", "query", "prompt", "embedding", "url",
    "link", "image", "composition", "text", "code", "snippet", "schema", "graph", "plot", "table", "map",
))  # fmt: skip
"""What is computed and handed over: to create it changes nothing."""
_HOW = (
    r"(?:(?:permanently|irreversibly|irrevocably|silently|"
    r"automatically|immediately|completely|also|then|quietly) ){0,2}"
)
_CHANGES_IT = (
    r"updates|writes|sends|modifies|inserts|renames|transfers|publishes|deploys|revokes|kills|terminates|charges|pays|"
    r"patches|overrides|permanently removes?|removes all"
)
_LEADS_TO_CHANGE = lazy(rf"(?:(?:this|the) tool |tool that )?{_HOW}(?:{_CHANGES_IT})\b")
_LEADS = lazy(
    rf"(?:(?:this|the) tool |use (?:this|it) to |tool (?:to|that) |can be used to )?{_HOW}(?:{_LOSES_IT})\b(?! marker)"
)
_DEED = lazy(
    rf"\b(?:(?:and|then|also|it|tool|will|afterwards?,?|which) {_HOW}|permanently |irreversibly )"
    r"(deletes|drops|purges|wipes|erases|truncates|overwrites|destroys|uninstalls|shreds|removes all|"
    r"(?<=will )(?:delete|drop|purge|wipe|erase|truncate|overwrite|destroy))\b"
)
_FOREIGN = lazy(
    r"\b(?:elimina|borra|sobrescribe|supprime|efface|écrase|löscht|überschreibt|überschreiben|cancella|sovrascrive|"
    r"exclui|apaga|sobrescreve|удаляет|стирает|перезаписывает)\b|يحذف|يمسح|हटाता|हटाती|मिटाता|मिटाती|"
    r"删除(?![了的])|刪除(?![了的])|清空|覆盖|削除(?!済|さ)|消去し|上書きし|삭제(?!된|한 )|덮어[쓰씁]"
)
_NO = lazy(
    r"\b(?:no|not|never|without|nothing|neither|nor|sin|sans|ohne|nicht|keine|não|sem|nunca|jamais|ne|senza|non|не|"
    r"без)\b|"
    r"不会|不會|不|未|无|没有|ません|しない|ない|않|없|لا |دون|नहीं|बिना"
)
_READ_ONLY = lazy(r"\bread[ -]?only\b|\bdoes not (?:change|modify|write)\b|\bmakes no changes\b")
_WRITE_SWITCH = lazy(
    r"\b(?:\w{0,20}_)?(?:write|delete|overwrite|autocommit|commit|drop|"
    r"destructive)\w{0,20}\b[^.]{0,40}\bdefaults?(?: to| is|:|=)? ?true"
)
_REACH = 200
"""Characters before a deed in which its sentence's negation is looked for; a bound, so that the work stays linear."""


def find(item: Item, _context: Context) -> Iterator[Hit]:
    """Compare what a tool says of itself with what it says it does."""
    if item.kind != "tool":
        return
    if annotation(item, "readOnlyHint") is True:
        yield from _against(item, _CHANGES, "readOnlyHint", "it says that it changes nothing")
    elif annotation(item, "destructiveHint") is False:
        yield from _against(item, _LOSES, "destructiveHint", "it says that it destroys nothing")
    yield from _switches(item)


def _against(item: Item, verbs: frozenset[str], hint: str, claim: str) -> Iterator[Hit]:
    verb = _leading_verb(item.name, verbs)
    if verb:
        yield _hit("/name", item.name, f"The name begins with “{verb}”, but by {hint} {claim}.", hint)
    unit = description_of(item)
    if unit is None:
        return
    said = _said(unit.folded)
    if not said and verbs is _CHANGES:
        change = _LEADS_TO_CHANGE.match(unit.folded)
        said = change[0] if change else ""
    if said:
        yield _hit(unit.pointer, said, f"The description tells of lasting changes, but by {hint} {claim}.", hint)


def _leading_verb(name: str, verbs: frozenset[str]) -> str:
    names = words_of(name)
    if names and names[-1] in _READERS:
        return ""
    for at, word in enumerate(names):
        if word in _READS or (word == "create" and not _MADE.isdisjoint(names[at:])):
            return ""
        if word in verbs:
            return word
    return ""


def _said(folded: str) -> str:
    """The words of a description by which the tool destroys something; empty if there are none."""
    lead = _LEADS.match(folded.lstrip())
    if lead:
        return lead[0]
    first = first_sentence(folded)
    if _FOREIGN.search(first) and not _NO.search(first):
        return first
    for deed in _DEED.finditer(folded):
        floor = max(0, deed.start() - _REACH)
        start = max(folded.rfind(".", floor, deed.start()) + 1, folded.rfind("\n", floor, deed.start()) + 1, floor)
        if not _NO.search(folded, start, deed.start()):
            return folded[start : deed.end()]
    return ""


def _switches(item: Item) -> Iterator[Hit]:
    if item.words.isdisjoint(_LOSES_OR_WRITES) or item.words.isdisjoint(("readonly", "only", "not", "makes")):
        return
    unit = description_of(item)
    if unit is None or not _READ_ONLY.search(unit.folded):
        return
    in_text = _WRITE_SWITCH.search(unit.folded)
    if in_text:
        yield _hit(unit.pointer, in_text[0], "It is described as read-only, but writes by default.", "switch")
        return
    for name in _switched_on(item.value):
        yield _hit(unit.pointer, name, f"It is described as read-only, but “{name}” is on by default.", "switch")


def _switched_on(value: object) -> Iterator[str]:
    schema = value.get("inputSchema") if isinstance(value, Mapping) else None
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return
    for name, declared in properties.items():
        if isinstance(declared, Mapping) and declared.get("default") is True and _LOSES_OR_WRITES & set(words_of(name)):
            yield name


_LOSES_OR_WRITES = _LOSES | {"write", "overwrite", "autocommit", "commit", "destructive"}


def _hit(pointer: str, evidence: str, message: str, rule: str) -> Hit:
    return Hit(
        pointer=pointer, evidence=evidence, message=message, tier="soft", view="folded", confidence=0.7, rule=rule
    )


CHECK = Check(id="hint.contradiction", title="A tool's hints contradict what it says it does", find=find)
