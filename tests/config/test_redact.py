"""Secrets are replaced by value, wherever they show up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.redact import Redactor, looks_secret, secrets_in, worth_masking


def test_every_occurrence_is_masked() -> None:
    assert Redactor(["s3cr3t"]).redact("s3cr3t and xs3cr3tx") == "*** and x***x"


def test_short_values_are_left_alone() -> None:
    assert Redactor(["12345", ""]).redact("12345") == "12345"


def test_without_secrets_nothing_changes() -> None:
    assert Redactor([]).redact("anything") == "anything"


def test_the_longest_secret_wins_where_one_begins_with_another() -> None:
    assert Redactor(["abcdef", "abcdefghij"]).redact("abcdefghij abcdefg") == "*** ***g"


def test_a_secret_is_found_in_its_escaped_forms() -> None:
    secret = 'pass"word\\1 ü\n\udc80'
    redact = Redactor([secret]).redact
    assert redact(json.dumps({"k": secret})) == '{"k": "***"}'
    assert redact(json.dumps({"k": secret}, ensure_ascii=False)) == '{"k": "***"}'
    assert redact(secret.encode("utf-8", "backslashreplace").decode()) == "***"


def test_long_lines_of_a_secret_of_several_lines_are_masked_one_by_one() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nshort\n-----END KEY-----\n"
    assert Redactor([key]).redact("read MIIEvQIBADANBgkq and short") == "read *** and short"


@given(st.lists(st.text(alphabet="abc", min_size=6, max_size=12), max_size=5), st.text(alphabet="abc", max_size=80))
def test_no_secret_is_left_in_any_text(secrets: list[str], text: str) -> None:
    redacted = Redactor(secrets).redact(text)
    assert [secret for secret in secrets if secret in redacted] == []


@given(st.lists(st.text(min_size=6), max_size=4), st.text(), st.text())
def test_a_secret_amid_any_text_is_gone(secrets: list[str], before: str, after: str) -> None:
    redact = Redactor(secrets).redact
    for secret in secrets:
        assert "***" in redact(before + secret + after)


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("GITHUB_TOKEN", True), ("apiKey", True), ("api-key", True), ("DB_PASSWORD", True), ("PGPASSWORD", True),
        ("AUTHORIZATION", True), ("OPENAI_API_KEY", True), ("githubtoken", True), ("client_secret", True),
        ("DATABASE_DSN", True), ("AUTHOR", False), ("PATH", False), ("PWD", False), ("MONKEY", False),
        ("KEYBOARD", False), ("TOKENIZER", False), ("", False),
    ],
)  # fmt: skip
def test_names_of_secrets_are_recognised_by_their_words(name: str, is_secret: bool) -> None:
    assert looks_secret(name) is is_secret


def test_secrets_that_stand_openly_are_found() -> None:
    env = {"API_TOKEN": "tok", "MODE": "fast", "URL": "postgres://me:hunter2@db/x"}
    args = ["--api-key", "k1", "--token=k2", "--mode", "fast", "-password", "k3", "https://u:p%40w@h/", "--secret"]
    assert list(secrets_in(env, args)) == ["tok", "k1", "k2", "k3", "", "hunter2", "p%40w"]


def test_secrets_in_assignments_are_found_as_docker_and_env_take_them() -> None:
    args = ["-e", "API_KEY=k1", "--env=DB_PASSWORD=k2", "-e", "GITHUB_TOKEN", "MODE=fast", "--env=MODE=slow", "A=B=C"]
    assert list(secrets_in({}, args)) == ["k1", "k2"]


def test_values_worth_masking_come_once_and_are_long_enough() -> None:
    assert worth_masking(["abcdef", "abc", "abcdef"]) == ("abcdef",)


def test_what_is_learned_later_is_hidden_and_what_was_known_stays_hidden() -> None:
    redactor = Redactor(["sesame-one"])
    redact = redactor.redact
    redactor.learn(["sesame-two", "short"])
    redactor.learn([])
    assert redact("sesame-one sesame-two short") == "*** *** short"


def test_of_a_header_the_credentials_alone_are_a_secret_too() -> None:
    args = ["--header", "Authorization: Bearer abcdef99", "--header=X-Api-Key: k123456", "Accept: text/html"]
    found = list(secrets_in({"AUTH_HEADER": "basic eHl6OnB3"}, args))
    assert found == ["basic eHl6OnB3", "eHl6OnB3", "Bearer abcdef99", "abcdef99", "k123456"]
