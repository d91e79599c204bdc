"""A configuration is looked into only when nobody but the user or root could have written it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsla.config import load
from mailsla.config.trusted import untrusted
from mailsla.core.errors import ConfigError

SOMEBODY = 54_321
"""A number that no user has."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a file that is no configuration: whoever looks into it finds that out."""
    folder = tmp_path / "etc"
    folder.mkdir(mode=0o755)
    written = folder / "mailsla.toml"
    written.write_text("[site\n", encoding="utf-8")
    written.chmod(0o644)
    return written


def is_looked_into(path: Path) -> bool:
    """Tell whether a configuration is read: the other answer is one sentence that says what to do."""
    with pytest.raises(ConfigError) as raised:
        load(path)
    [problem] = raised.value.problems
    assert ("crochet" in problem.message) != ("autre" in problem.message)
    return "crochet" in problem.message


def reader_of_another_s(path: Path) -> int:
    """Return a user who owns `path` no more: root gives it away, anybody else is looked at as another."""
    if os.geteuid() != 0:
        return SOMEBODY
    os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)
    return 0


def test_a_user_s_own_file_is_read(config: Path) -> None:
    assert is_looked_into(config)
    assert untrusted(Path("/")) is None


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o420])
def test_a_file_that_others_may_write_is_not_looked_into_until_they_may_no_longer(
    config: Path, mode: int
) -> None:
    config.chmod(mode)
    problem = untrusted(config)
    refused = not is_looked_into(config)
    config.chmod(mode & ~0o022 | 0o400)

    assert refused
    assert problem is not None
    assert problem.message.endswith(f"chmod go-w {config}")
    assert is_looked_into(config)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
def test_a_folder_on_the_way_that_others_may_write_is_refused_unless_it_is_sticky(
    config: Path, mode: int
) -> None:
    for folder in (config.parent, config.parent.parent):
        before = folder.stat().st_mode
        folder.chmod(mode)
        refused = not is_looked_into(config)
        folder.chmod(mode | 0o1000)
        assert (refused, is_looked_into(config)) == (True, True)
        folder.chmod(before)


def test_a_link_is_as_good_as_what_it_leads_to_and_as_the_folder_it_lies_in(
    config: Path, tmp_path: Path
) -> None:
    link = tmp_path / "elsewhere" / "link.toml"
    link.parent.mkdir(mode=0o755)
    link.symlink_to(Path("..") / "etc" / "mailsla.toml")

    assert is_looked_into(link)
    link.parent.chmod(0o777)
    assert not is_looked_into(link)
    link.parent.chmod(0o755)
    config.parent.chmod(0o777)
    assert not is_looked_into(link)


def test_links_that_lead_round_and_round_and_files_that_are_not_there_get_one_sentence(
    tmp_path: Path,
) -> None:
    (tmp_path / "round").symlink_to("round")

    for path in (tmp_path / "round", tmp_path / "missing"):
        with pytest.raises(ConfigError) as raised:
            load(path)
        assert len(raised.value.problems) == 1


@pytest.mark.parametrize(
    "part", [lambda config: config, lambda config: config.parent], ids=["the file", "its folder"]
)
def test_what_another_user_owns_is_refused_even_by_root(config: Path, part: Callable[[Path], Path]) -> None:
    assert untrusted(config, user=reader_of_another_s(part(config))) is not None


def test_another_user_s_link_in_a_folder_for_everybody_is_not_followed(config: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    link = shared / "mailsla.toml"
    link.symlink_to(config)

    assert untrusted(link) is None
    assert untrusted(link, user=reader_of_another_s(link)) is not None
