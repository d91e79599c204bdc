"""What is said twice is the same twice: commands and README, errors and their tree, links, packaging."""

from __future__ import annotations

import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mailsla.adapters.machine.watchdog import SILENCE_SECONDS
from mailsla.core import errors
from tests import catalogue

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
ADRS = sorted(page for page in ROOT.glob("docs/adr/0*.md") if not page.name.startswith("0000"))

ROOMS = "|".join(sorted(path.stem for path in (ROOT / "mailsla").iterdir() if path.suffix in {"", ".py"}))
NAMED_FILE = re.compile(rf"(?:mailsla|tests|docs|bench|packaging|{ROOMS})/[\w./-]*")
TESTS = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("tests/**/test_*.py")))
NAMED_MODULE = re.compile(rf"(?:mailsla\.(?:{ROOMS})|tests)\b(?:\.\w+)*")


def test_the_readme_names_every_command_and_no_other() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "mailsla", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = set(
        re.findall(r"^  (\w+)  ", shown.partition("Commands:")[2] or shown.partition("Commandes")[2], re.M)
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert commands == set(re.findall(r"^\| `mailsla (\w+)", readme, re.M))


def test_the_tree_of_errors_is_the_one_drawn() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type)
        and issubclass(value, errors.MailslaError)
        and value is not errors.MailslaError
    }

    assert drawn == defined


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def code_words(text: str) -> list[str]:
    """Return the words that a page writes as code, in a line or in a block; of a test's name, its file."""
    written = re.findall(r"```.*?```|`[^`\n]+`", text, re.S)
    return [
        word.partition("::")[0].rstrip(".:") for code in written for word in re.findall(r"[\w./:-]+", code)
    ]


def is_there(word: str) -> bool:
    """Tell whether a word is no name of the project's, or that of a file, a test, a module or something in one."""
    if re.fullmatch(r"test_\w+", word):
        return f"def {word}(" in TESTS
    if NAMED_FILE.fullmatch(word):
        return any((root / word).exists() for root in (ROOT, ROOT / "mailsla"))
    if NAMED_MODULE.fullmatch(word):
        try:
            pkgutil.resolve_name(word)
        except (ImportError, AttributeError):
            return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_files_and_names_that_a_page_writes_as_code_exist(page: Path) -> None:
    words = code_words(page.read_text(encoding="utf-8"))

    assert [word for word in words if not is_there(word)] == []


def test_the_files_and_names_that_the_code_speaks_of_exist() -> None:
    words = {word for path in ROOT.glob("mailsla/**/*.py") for word in code_words(path.read_text("utf-8"))}

    assert {word for word in words if not is_there(word)} == set()
    assert "mailsla.core.mail.identity.identity" in words


@pytest.mark.parametrize(
    ("page", "missing"),
    [
        ("`core/errors.py`, `mailsla/cli/`, `mailsla.core.errors.MailslaError`, `mailsla.toml`", []),
        ("`core/mistakes.py`", ["core/mistakes.py"]),
        ("```\npython -m tests.nothing tests/core/test_gap.py::test_it\n```", ["tests.nothing"]),
        ("`mailsla.core.errors.Mistake`", ["mailsla.core.errors.Mistake"]),
        ("`test_nothing_was_ever_so`, `test_the_layers_hold`", ["test_nothing_was_ever_so"]),
        ("core/mistakes.py, which is not written as code", []),
    ],
)
def test_the_check_of_names_sees_those_that_are_gone(page: str, missing: list[str]) -> None:
    assert [word for word in code_words(page) if not is_there(word)] == missing


def test_the_index_of_decisions_gives_each_its_title_and_its_status() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d+)\]\((\S+)\) \| (.+) \| (.+) \|$", index, re.M)
    pages = [
        (path.name, re.match(r"# (\d+)\. (.+)\n\nStatus: (.+)\.\n", path.read_text(encoding="utf-8")))
        for path in ADRS
    ]

    assert rows == [(found[1], name, found[2], found[3]) for name, found in pages if found]
    assert [name for name, found in pages if not found] == []
    assert [int(number) for number, *_row in rows] == list(range(1, len(ADRS) + 1))


def test_the_english_catalogue_says_everything_the_code_says() -> None:
    assert catalogue.problems() == []


@pytest.mark.parametrize(
    "lock",
    ["requirements.lock", "requirements-run.lock", "requirements-bench.lock", "requirements-build.lock"],
)
def test_a_lock_names_no_host_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text)

    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_satisfies_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"]]
    asked += [item for extra in project["project"]["optional-dependencies"].values() for item in extra]
    groups = project["dependency-groups"]
    asked += [item for name in ("dev", "test") for item in groups[name] if isinstance(item, str)]
    locked, locked_for_benchmarks = (
        locked_versions("requirements.lock"),
        locked_versions("requirements-bench.lock"),
    )

    for written in asked:
        requirement = Requirement(written)
        assert locked[requirement.name.lower()] in requirement.specifier, written
        assert version(requirement.name) in requirement.specifier, written
    assert set(groups) == {"bench", "build", "dev", "test"}
    assert groups["build"] == project["build-system"]["requires"]
    assert locked_versions("requirements-build.lock")["hatchling"] == locked["hatchling"]
    for requirement in map(Requirement, groups["bench"]):
        assert locked_for_benchmarks[requirement.name.lower()] in requirement.specifier, requirement


def locked_versions(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([\w.]+)", text, re.M))


def test_the_dockerfile_is_clean_and_does_not_run_as_root() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
    assert re.search(r"^USER 10001:10001$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)


def test_the_systemd_unit_is_clean(tmp_path: Path) -> None:
    text = (ROOT / "packaging" / "mailsla.service").read_text(encoding="utf-8")
    unit = tmp_path / "mailsla.service"
    unit.write_text(text.replace("/opt/mailsla/bin/mailsla", shutil.which("true") or ""), encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )

    # It returns 0 even for an unknown key: what it prints is what counts.
    assert (done.returncode, done.stderr) == (0, "")

    exposed = subprocess.run(
        ["systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=12", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposed.returncode == 0, exposed.stdout


def test_the_systemd_unit_is_started_again_whatever_ends_it_but_a_configuration_to_correct() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "packaging" / "mailsla.service", encoding="utf-8")
    service = unit["Service"]

    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("always", "2")
    assert (service["Type"], service["WatchdogSec"]) == ("notify", "30min")
    assert (service["LimitCORE"], service["MemoryMax"]) == ("0", "1G")
    # The watchdog allows for the longest wait for a server, several times over.
    assert SILENCE_SECONDS == 30 * 60
