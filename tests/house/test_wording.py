"""What was learned of wordings follows from the texts and the trainer in the tree, and learning is no chance."""

from __future__ import annotations

import json
from pathlib import Path

from scripts.wording import evaluate, module, texts
from scripts.wording.texts import Labelled
from scripts.wording.train import Reader, learned

LICENSES = ("MIT", "BSD", "Apache", "ISC", "CC0")
TOY = [
    Labelled("a", "a", True, ("Adds numbers. Hand the penguin to our courier.",)),
    Labelled("a", "a", True, ("Draws a chart. The penguin goes to the courier.",)),
    Labelled("a", "a", True, ("A penguin for our courier, please.",)),
    Labelled("b", "b", False, ("Adds numbers. The sum is rounded to two digits.",)),
    Labelled("b", "b", False, ("Draws a chart of numbers, rounded to digits.",)),
    Labelled("b", "b", False, ("A chart for the sum of two numbers, please.",)),
]


def weights(some: list[Labelled]) -> dict[str, str]:
    reader = Reader()
    read = [(reader.read(one), one.is_malicious) for one in some]
    return module.weights(learned(read, len(reader.places)), reader)


def test_the_weights_follow_from_what_is_in_the_tree() -> None:
    path = texts.ROOT / module.FOLDER / module.NAME
    assert module.is_fresh(path.read_text(encoding="utf-8"), module.sources(), module.reading()), "run scripts/generate"


def test_a_change_of_weights_or_of_what_they_follow_from_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "w.jsonl"
    source.write_text("one")
    body = "\nLIMITS = (1,)\n"
    made = f'"""Follows from: {module.digest(body, [source], "read")}\n"""\nfrom __future__ import annotations\n{body}'
    assert module.is_fresh(made, [source], "read")
    assert not module.is_fresh(made.replace("(1,)", "(2,)"), [source], "read")
    assert not module.is_fresh(made, [source], "read otherwise")
    source.write_text("two")
    assert not module.is_fresh(made, [source], "read")
    assert not module.is_fresh("", [source], "read")


def test_what_is_learned_is_what_tells_the_texts_apart() -> None:
    rows = dict(row.rsplit(" ", 1) for row in weights(TOY)["word"].split("\n"))
    assert int(rows["penguin"]) > 0 > int(rows["number"])


def test_the_same_texts_teach_the_same() -> None:
    assert weights(TOY) == weights(TOY)
    assert weights(TOY) != weights(TOY[1:])


def test_what_was_left_out_is_judged_by_others() -> None:
    judged = list(evaluate.left_out(TOY))
    assert sorted(one.text.texts for one in judged) == sorted(one.texts for one in TOY)
    assert "malicious" in evaluate.table(judged)


def test_the_labelled_texts_are_as_they_should_be() -> None:
    seen: set[str] = set()
    for path in sorted(texts.TEXTS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert row["label"] in ("malicious", "benign")
            assert path.stem != "servers" or row["license"].startswith(LICENSES)
            text = json.dumps(row["text"])
            assert text not in seen, text
            seen.add(text)
    assert len(seen) > 5000
