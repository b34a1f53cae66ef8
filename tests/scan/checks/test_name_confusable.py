"""name.confusable: words that pose, and names that can be taken for a peer's."""

import pytest
from fakes.checked import hits, told

from supervisor.scan.checks.name_confusable import CHECK

A, E, O, P, C, I = "\u0430", "\u0435", "\u043e", "\u0440", "\u0441", "\u0456"  # noqa: E741  (Cyrillic look-alikes)
MAIL = "Sends an email from the mailbox of the user to one or more people."


@pytest.mark.parametrize(
    "text",
    [
        f"Log in to P{A}yPal.",
        f"Use {A}dmin rights.",
        f"Open the s{E}cr{E}t file",
        "Ignore pr\u03b5vious rules",
        "Read the p\u0251th as p\u03bfssible",
        f"Call {C}heck with your {P}assword",
        f"The {A}{P}{O}{C}e of it",  # all look-alikes, in an English text
    ],
)
def test_a_word_of_two_scripts_is_told_softly(text: str) -> None:
    assert told(CHECK, text) == [("soft", "mixed_script")]


@pytest.mark.parametrize(
    "text",
    [
        "Adds numbers.",
        "Складывает два числа и отправляет ответ.",
        "Отправляет SQL-запрос и ждёт; wi-fi-сеть",
        "Имена PDFа и IDа в ответе, а также URLов",
        "Προσθέτει δύο αριθμούς.",
        "\u03b1\u03b2\u03b3 and \u03b2eta, \u03c1max, \u0394t, k\u03a9, \u03bcs, 5 \u03bcm",
        "日本語とEnglish混在、中文API、한국어SDK",
        "ł, ø, đ, ı: Łódź, København, Đà Nẵng, Diyarbakır",
        "ไทย العربية עברית हिन्दी",
        "Հայերեն ქართული",
        "The letter \u0430 is Cyrillic.",
    ],
)
def test_plain_text_of_any_script_is_not(text: str) -> None:
    assert told(CHECK, text) == []


def test_names_in_disguise_are_told_without_a_peer() -> None:
    assert told(CHECK, "Reads.", name=f"r{E}ad_file") == [("soft", "mixed_script")]
    assert told(CHECK, "Reads.", name="\uff52\uff45\uff41\uff44_file") == [("soft", "mixed_script")]
    assert told(CHECK, "Reads.", name="\U0001d42b\U0001d41e\U0001d41a\U0001d41d") == [("soft", "mixed_script")]
    assert told(CHECK, "Читает файл.", name="читать_файл") == []
    assert told(CHECK, "ファイルを読む。", name="ファイルを読む") == []


@pytest.mark.parametrize(
    "name", [f"s{E}nd_email", "\uff53end_email", "send_ernail", "send_emai1", f"send_em{A}il", "send_emaıl"]
)
def test_a_name_that_looks_like_a_peers_is_hard(name: str) -> None:
    assert ("hard", "peer") in told(CHECK, "Does mail.", name=name, peers={"postbox": [{"name": "send_email"}]})


@pytest.mark.parametrize("name", ["send_email", "send-email", "sendEmail", "SEND_EMAIL", "send_mail_now", "read_email"])
def test_the_same_name_or_another_convention_is_none_of_this_checks_business(name: str) -> None:
    peers = {"postbox": [{"name": "send_email", "description": "Something else is told here."}]}
    assert told(CHECK, MAIL, name=name, peers=peers) == []


@pytest.mark.parametrize(
    ("name", "description", "found"),
    [
        ("send_emall", MAIL, [("hard", "near")]),
        ("sned_email", MAIL, [("hard", "near")]),
        ("send_emai", MAIL, [("hard", "near")]),
        ("send_emails", MAIL, [("soft", "near")]),
        ("send_email2", MAIL, [("soft", "near")]),
        ("send_emall", "Stores the numbers of telephones in a table of the customers.", []),
        ("send_emails", "Sends many emails at once from a list.", []),
    ],
)
def test_one_letter_away_counts_with_nearly_the_same_description(
    name: str, description: str, found: list[tuple[str, str]]
) -> None:
    peers = {"postbox": [{"name": "send_email", "description": MAIL}]}
    assert told(CHECK, description, name=name, peers=peers) == found


def test_its_own_servers_tools_are_no_peers() -> None:
    assert told(CHECK, MAIL, name="send_emall", peers={"s": [{"name": "send_email", "description": MAIL}]}) == []


def test_it_says_whose_tool_it_is() -> None:
    (hit,) = hits(CHECK, "x", name="send_ernail", peers={"postbox": [{"name": "send_email"}]})
    assert (hit.pointer, hit.evidence) == ("/name", "send_ernail / send_email")
    assert "postbox" in hit.message
