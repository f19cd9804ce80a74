"""The book of secrets: what it holds, and that a request never sees half of a reload."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from itertools import count

import pytest

from askpro_cli.base.errors import ConfigError
from askpro_cli.webhooks.arrivals import Secret
from askpro_cli.webhooks.secrets import SecretBook, split_secrets


def test_secrets_by_source() -> None:
    one = Secret("a#1", "x")
    book = SecretBook(lambda: {"calcom": [one], "retell": []})
    assert book.of("calcom") == (one,)
    assert book.of("retell") == ()
    assert book.of("nobody") == ()
    assert book.sources() == ("calcom",)


def test_a_reload_tells_which_sources_changed() -> None:
    pages: dict[str, list[Secret]] = {"calcom": [Secret("a#1", "x")], "stripe": [Secret("s#1", "y")]}
    book = SecretBook(lambda: pages)
    pages.update(calcom=[Secret("a#1", "new"), Secret("a#2", "x")], retell=[Secret("r#1", "z")])
    assert book.of("retell") == ()
    assert book.reload() == ("calcom", "retell")
    assert [secret.value for secret in book.of("calcom")] == ["new", "x"]
    pages.clear()
    assert book.reload() == ("calcom", "retell", "stripe")
    assert book.of("stripe") == ()


def test_where_a_secret_cannot_be_read_all_old_ones_stay() -> None:
    answers = iter([{"calcom": [Secret("a#1", "old")]}])

    def load() -> Mapping[str, Sequence[Secret]]:
        found = next(answers, None)
        if found is None:
            raise ConfigError("cannot read webhook.secret_calcom")
        return found

    book = SecretBook(load)
    with pytest.raises(ConfigError):
        book.reload()
    assert book.of("calcom") == (Secret("a#1", "old"),)


def test_readers_see_one_generation_or_the_other() -> None:
    generations = count()

    def load() -> Mapping[str, Sequence[Secret]]:
        generation = next(generations)
        return {name: [Secret(name, str(generation))] * 3 for name in ("calcom", "retell")}

    book, seen, is_over = SecretBook(load), set[tuple[str, ...]](), threading.Event()

    def read() -> None:
        while not is_over.is_set():
            seen.add(tuple(secret.value for secret in book.of("calcom")))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(500):
        book.reload()
    is_over.set()
    reader.join()
    assert all(len(set(values)) == 1 for values in seen)


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("", []),
        (" \n", []),
        ("a", ["a"]),
        (" a , b ", ["a", "b"]),
        ("new\nold\n", ["new", "old"]),
        ("a,,\r\nb", ["a", "b"]),
    ],
)
def test_secrets_stand_between_commas_or_lines(text: str, secrets: list[str]) -> None:
    assert split_secrets(text) == secrets
