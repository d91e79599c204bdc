"""The commands as a newcomer meets them: right answers, and one plain sentence for what cannot be done."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.trials.command_line import answered
from tests.trials.daemon import Installation, plainly_spaced
from tests.trials.office import document, toml, trap

ROOT = Path(__file__).parents[2]

GOLDEN = [
    ("75", "2026-04-28", "2026-05-13", "2026-05-15"),
    ("75", "2026-03-27", "2026-04-10", "2026-04-13"),
    ("67", "2026-03-27", "2026-04-13", "2026-04-14"),
    ("75", "2025-12-19", "2026-01-05", "2026-01-06"),
    ("57", "2025-12-19", "2026-01-06", "2026-01-07"),
    ("18", "2026-05-01", "2026-05-18", "2026-05-19"),
    ("18", "2026-05-02", "2026-05-18", "2026-05-19"),
    ("973", "2026-06-02", "2026-06-16", "2026-06-17"),
    ("18", "2026-06-02", "2026-06-15", "2026-06-16"),
]


def mailsla(
    *arguments: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command line as in a folder and an environment without anything of ours, but in this process."""
    return plainly_spaced(answered(arguments, folder, environment))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demonstration, in a folder that no test uses."""
    folder = tmp_path_factory.mktemp("demonstration")
    assert mailsla("demo", XDG_STATE_HOME=str(folder)).returncode == 0
    return folder


@pytest.fixture
def demonstration(made_once: Path, tmp_path: Path) -> Path:
    """Copy the demonstration's folder."""
    return shutil.copytree(made_once, tmp_path / "demonstration")


@pytest.mark.parametrize(("departement", "received", "ninth", "tenth"), GOLDEN)
def test_clock_gives_the_golden_due_dates(
    tmp_path: Path, departement: str, received: str, ninth: str, tenth: str
) -> None:
    common = ("clock", received, "--departement", departement, "--format", "json")

    less_than = json.loads(mailsla(*common, folder=tmp_path).stdout)
    at_most = json.loads(mailsla(*common, "--comparison", "at_most", folder=tmp_path).stdout)

    assert (less_than["due_on"], at_most["due_on"]) == (ninth, tenth)
    assert sum(day["counted"] for day in less_than["days"]) == 9


def test_clock_follows_the_closures_of_the_configuration(tmp_path: Path) -> None:
    installation = Installation(
        tmp_path,
        """
        [site]
        name = "Préfecture d'essai"
        departement = "18"
        [office]
        domains = ["pref.example.fr"]
        [[accounts]]
        name = "contact"
        host = "localhost"
        user = "contact"
        password_env = "X"
        [calendar]
        closures = [{ on = 2026-05-15, reason = "pont de l'Ascension" }]
        """,
    )

    document = installation.json("clock", "2026-05-12", "2026-05-29")

    assert document["due_on"] == "2026-05-28"
    assert (document["working_days"], document["in_time"]) == (10, False)
    assert {"date": "2026-05-15", "counted": False, "reason": "pont de l'Ascension"} in document["days"]


@pytest.mark.parametrize(
    ("replied", "days", "in_time"),
    [("2026-05-13 23:59", 9, True), ("2026-05-15 00:00", 10, False), ("15/05/2026", 10, False)],
)
def test_clock_judges_a_reply(tmp_path: Path, replied: str, days: int, in_time: bool) -> None:
    document = json.loads(
        mailsla("clock", "28/04/2026 23:30", replied, "--format", "json", folder=tmp_path).stdout
    )

    assert (document["received_on"], document["working_days"], document["in_time"]) == (
        "2026-04-28",
        days,
        in_time,
    )


def test_calendar_names_each_day_with_its_source(tmp_path: Path) -> None:
    days = json.loads(
        mailsla("calendar", "2026", "--departement", "974", "--format", "json", folder=tmp_path).stdout
    )

    abolition = next(day for day in days if day["date"] == "2026-12-20")
    assert abolition == {
        "date": "2026-12-20",
        "name": "Abolition de l'esclavage",
        "kind": "holiday",
        "source": "Code du travail, art. L3422-2",
        "computed": False,
    }
    assert len(days) == 12


@pytest.mark.parametrize(
    "arguments",
    [
        ("clock",),
        ("clock", "demain"),
        ("clock", "2026-02-30"),
        ("clock", "1500-01-01"),
        ("clock", "2026-05-02", "2026-05-01"),
        ("clock", "2026-05-02", "--departement", "999"),
        ("clock", "2026-05-02", "--days", "zéro"),
        ("clock", "2026-05-02", "--format", "xml"),
        ("clock", "2026-05-02", "--cutoff", "soir"),
        ("clock", "2026-05-02", "--days", "5", "--hours", "5"),
        ("clock", "2100-12-30"),
        ("clock", "2026-04-28T10:00+99:00"),
        ("clock", "2026-05-02", "--hours", "5", "--unit", "calendar_days"),
        ("clock", "2026-05-02", "--comparison", "foo"),
        ("clok", "2026"),
        ("calendar", "1500"),
        ("calendar", "deux-mille"),
        ("calendar", "2026", "--departement", "Cher"),
        ("unknown",),
        ("report", "--unknown"),
        ("report",),
        ("report", "--lang", "de"),
        ("--config",),
    ],
)
def test_bad_input_gets_one_plain_sentence_and_exit_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = mailsla(*arguments, folder=tmp_path)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_every_command_has_its_help_in_both_languages(tmp_path: Path) -> None:
    french = mailsla("--help", folder=tmp_path).stdout
    english = mailsla("--help", "--lang", "en", folder=tmp_path).stdout
    commands = (
        "demo",
        "init",
        "check",
        "run",
        "poll",
        "import",
        "report",
        "requests",
        "mails",
        "show",
        "alerts",
        "clock",
    )

    assert "Mesure le délai" in french
    assert "Measures" in english
    for command in (*commands, "calendar"):
        assert f"  {command} " in french
        assert f"  {command} " in english


def test_the_example_comes_with_the_package_and_replaces_nothing(tmp_path: Path) -> None:
    first = mailsla("init", "--example", folder=tmp_path)
    written = tmp_path / "mailsla.example.toml"
    again = mailsla("init", "--example", folder=tmp_path)
    (tmp_path / "planted").symlink_to(tmp_path / "elsewhere")
    planted = mailsla("init", "--example", "--config", "planted", folder=tmp_path)

    assert (first.returncode, again.returncode, planted.returncode) == (0, 2, 2)
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.read_bytes() == (ROOT / "mailsla" / "config" / "mailsla.example.toml").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mailsla.example.toml", "planted"]


def test_fail_under_says_whether_the_objective_is_missed(demonstration: Path) -> None:
    temporary = str(demonstration)

    assert mailsla("report", "--demo", "--fail-under", XDG_STATE_HOME=temporary).returncode == 0
    assert mailsla(
        "report", "--demo", "--period", "2026-W42", "--fail-under", XDG_STATE_HOME=temporary
    ).returncode in {0, 3}
    foreigners = mailsla(
        "report", "--demo", "--service", "Étrangers", "--fail-under", XDG_STATE_HOME=temporary
    )
    assert foreigners.returncode == 3


def test_a_check_of_an_unreachable_server_says_what_fails(tmp_path: Path) -> None:
    installation = Installation(
        tmp_path,
        """
        [site]
        name = "Préfecture d'essai"
        departement = "18"
        [office]
        domains = ["pref.example.fr"]
        [[accounts]]
        name = "contact"
        host = "127.0.0.1"
        port = 1
        tls = "none"
        user = "contact"
        password = "s3cret"
        """,
    )

    done = installation.run("check", check=False)

    assert done.returncode == 1
    assert (
        "compte contact : 127.0.0.1, port 1 : la connexion au serveur a échoué (rien n'y écoute : vérifiez le nom "
        "et le port)." in " ".join(done.stdout.split())
    )
    assert "s3cret" not in done.stdout + done.stderr


def test_a_closure_declared_later_says_which_published_figures_it_changes(demonstration: Path) -> None:
    temporary = str(demonstration)
    assert mailsla("report", "--demo", "--publish", XDG_STATE_HOME=temporary).returncode == 0
    untouched = json.loads(mailsla("report", "--demo", "--format", "json", XDG_STATE_HOME=temporary).stdout)
    [configuration] = demonstration.rglob("mailsla.toml")
    with configuration.open("a", encoding="utf-8") as file:
        file.write('\n[calendar]\nclosures = [{ on = 2026-11-12, reason = "pont" }]\n')

    changed = json.loads(mailsla("report", "--demo", "--format", "json", XDG_STATE_HOME=temporary).stdout)
    written = mailsla("report", "--demo", XDG_STATE_HOME=temporary).stdout

    assert untouched["revisions"] == []
    [revision] = changed["revisions"]
    assert revision["causes"] == ["calendar"]
    assert (
        revision["published"]
        != revision["now"]
        == {
            name: changed["sections"][1]["attainment"][name] for name in ("numerator", "denominator", "share")
        }
    )
    # What was met, and is not due yet once its due date moved, has another verdict, no better and no worse.
    assert revision["changed"] >= changed["sections"][1]["without_closures"]["changed"] >= 1
    assert "Chiffre publié le 13/11/2026" in written


def test_half_days_that_no_longer_count_are_the_cause_of_what_they_change(demonstration: Path) -> None:
    temporary = str(demonstration)
    [configuration] = demonstration.rglob("mailsla.toml")
    with configuration.open("a", encoding="utf-8") as file:
        file.write(
            '\n[calendar]\nhalf_days = [{ on = 2026-11-12, reason = "pont", open = ["09:00-12:00"] }]\n'
        )
    assert mailsla("report", "--demo", "--publish", XDG_STATE_HOME=temporary).returncode == 0
    untouched = json.loads(mailsla("report", "--demo", "--format", "json", XDG_STATE_HOME=temporary).stdout)
    with configuration.open("a", encoding="utf-8") as file:
        file.write("half_days_count = false\n")

    changed = json.loads(mailsla("report", "--demo", "--format", "json", XDG_STATE_HOME=temporary).stdout)
    written = mailsla("report", "--demo", XDG_STATE_HOME=temporary).stdout

    assert untouched["revisions"] == []
    [revision] = changed["revisions"]
    assert (revision["causes"], revision["changed"] >= 1) == (["calendar"], True)
    assert "; calendrier)" in " ".join(written.split())


def test_clock_gives_the_due_dates_of_the_requests_and_the_rule_of_the_report(demonstration: Path) -> None:
    temporary = str(demonstration)
    [configuration] = demonstration.rglob("mailsla.toml")
    with configuration.open("a", encoding="utf-8") as file:
        file.write(
            "\n[calendar]\nhalf_days_count = false\n"
            'half_days = [{ on = 2026-11-10, reason = "veille", open = ["09:00-12:00"] }]\n'
        )

    def answer(*arguments: str) -> Any:
        return json.loads(mailsla(*arguments, "--demo", "--format", "json", XDG_STATE_HOME=temporary).stdout)

    across = [
        request
        for request in answer("requests")["requests"]
        if request["category"] == "information"
        and request["received_on"] < "2026-11-10" < (request["answered_at"] or "")[:10]
    ]
    assert len(across) >= 2
    report = answer("report")
    for request in across[:2]:
        said = answer("clock", request["received_at"], request["answered_at"])
        shown = answer("show", request["key"])
        assert said["rule"].items() <= report["rule"].items()
        assert (said["due_on"], said["working_days"]) == (shown["due_on"], shown["working_days"])
        assert {"date": "2026-11-10", "counted": False, "reason": "veille"} in said["days"]
        assert said["days"] == shown["days"]


@pytest.mark.parametrize(
    ("options", "due_on"),
    [
        (("--days", "15"), "2026-05-21"),
        (("--unit", "calendar_days"), "2026-05-07"),
        (("--cutoff", "09:00"), "2026-05-15"),
        (("--hours", "12", "--comparison", "at_most"), "2026-04-29"),
    ],
)
def test_clock_answers_under_another_rule(options: tuple[str, ...], due_on: str) -> None:
    done = mailsla("clock", "2026-04-28 09:00", "--departement", "18", *options, "--format", "json")

    assert json.loads(done.stdout)["due_on"] == due_on


def test_calendar_days_are_all_numbered_and_the_count_is_the_one_compared() -> None:
    done = mailsla("clock", "2026-05-07", "2026-05-12", "--unit", "calendar_days", "--format", "json")

    answer = json.loads(done.stdout)
    assert (answer["elapsed"], answer["working_days"]) == (5, 2)
    assert [day["counted"] for day in answer["days"]] == [True] * 5


def test_the_calendar_is_used_to_its_last_year_and_no_further() -> None:
    assert mailsla("clock", "2026-12-30", "2099-01-01", "--format", "json").returncode == 0
    beyond = mailsla("clock", "2100-12-20", "--days", "200")

    assert (beyond.returncode, "fin de 2100" in beyond.stderr) == (2, True)


@pytest.mark.parametrize("arguments", [("report", "--period", "2026"), ("requests",)])
def test_a_text_answer_goes_to_the_file_that_was_asked_for(
    tmp_path: Path, demonstration: Path, arguments: tuple[str, ...]
) -> None:
    temporary = str(demonstration)
    written = tmp_path / "answer.txt"

    done = mailsla(*arguments, "--demo", "-o", str(written), XDG_STATE_HOME=temporary)
    refused = mailsla(*arguments, "--demo", "-o", str(tmp_path / "no" / "where"), XDG_STATE_HOME=temporary)

    assert (done.returncode, done.stdout) == (0, "")
    assert len(written.read_text(encoding="utf-8").splitlines()) > 10
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_an_mbox_is_read_whatever_its_line_ends(tmp_path: Path, end: bytes) -> None:
    mails = [
        end.join(
            (
                b"From a@example.org Thu Nov  5 10:00:00 2026",
                b"Message-ID: <m%d.aaaa@example.org>" % number,
                b"From: a@example.org",
                b"",
                b"Corps",
                b"",
                b"",
            )
        )
        for number in range(2_000)
    ]
    (tmp_path / "m.mbox").write_bytes(b"".join(mails))

    done = mailsla("classify", str(tmp_path / "m.mbox"), "--format", "json")

    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == ["person"] * 2_000


def test_paths_without_any_mail_say_so(tmp_path: Path) -> None:
    done = mailsla("conversations", str(tmp_path), "--format", "json")

    assert (json.loads(done.stdout), "Aucun courriel" in done.stderr) == ([], True)


def test_a_decision_that_could_change_nothing_is_refused(demonstration: Path) -> None:
    temporary = str(demonstration)
    listed = json.loads(mailsla("requests", "--demo", "--format", "json", XDG_STATE_HOME=temporary).stdout)[
        "requests"
    ]
    one, other = listed[0]["key"], listed[1]["key"]

    for action, message in (("join", one), ("dismiss", one), ("split", other)):
        done = mailsla(
            "decide",
            one,
            action,
            "--message",
            message,
            "--reason",
            "essai",
            "--demo",
            XDG_STATE_HOME=temporary,
        )
        assert done.returncode == 2, action
        assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    config = tmp_path / "mailsla.toml"
    account = {"host": "localhost", "user": "contact", "password": "essai"}
    config.write_text(toml(document(account)), encoding="utf-8")
    return config


def test_an_import_says_what_it_read_and_what_it_passed_over_and_the_numbers_add_up(
    tmp_path: Path, configured: Path
) -> None:
    folder = tmp_path / "reprise"
    (folder / "Brouillons").mkdir(parents=True)
    head = "From: nour@example.org\nSubject: Dossier %d\nDate: Tue, 03 Nov 2026 08:30:00 +0100\n\nBonjour.\n"
    for number in (1, 1, 2):
        (folder / f"{number}{len(list(folder.iterdir()))}.eml").write_text(head % number, encoding="utf-8")
    (folder / "Brouillons" / "3.eml").write_text(head % 3, encoding="utf-8")
    (folder / "abime.eml").write_text("\n", encoding="utf-8")
    (folder / "boite.pst").write_bytes(b"!BDN")
    for number in range(23):
        (folder / f"liste{number:02}.csv").write_text("nom;note\n", encoding="utf-8")

    said = mailsla("import", str(folder), "--config", str(configured), "--lang", "en")
    again = mailsla("import", str(folder), "--config", str(configured), "--format", "json")

    words = " ".join(said.stdout.split())
    assert "5 mails read, 3 new, 1 already known, 1 unreadable." in words
    assert "23 files passed over" in words
    # A long path is cut at the end of a line.
    unbroken = "".join(said.stdout.split())
    assert ("liste19.csvand3others" in unbroken, "liste20.csv" in unbroken) == (True, False)
    assert "abime.eml" in unbroken
    assert ("readpst" in said.stderr, said.returncode) == (True, 1)
    answer = json.loads(again.stdout)
    assert {key: answer[key] for key in ("read", "new", "set_aside")} == {"read": 5, "new": 0, "set_aside": 1}
    assert {item["reason"] for item in answer["skipped"]} == {"no-mail"}
    assert (len(answer["skipped"]), again.returncode) == (23, 1)
    [unread] = answer["unread"]
    assert unread["path"].endswith("boite.pst")
    assert "readpst" in unread["reason"]


def test_an_archive_that_is_declared_whole_makes_a_period_definitive_until_that_is_taken_back(
    tmp_path: Path, configured: Path
) -> None:
    head = "From: nour@example.org\nSubject: Dossier\nDate: Tue, 03 Nov 2026 08:30:00 +0100\n\nBonjour.\n"
    (tmp_path / "1.eml").write_text(head, encoding="utf-8")
    common = ("--config", str(configured))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return mailsla(*arguments, *common, MAILSLA_NOW="2026-12-15T09:00:00+01:00")

    def told() -> tuple[bool, bool, bool]:
        [section] = json.loads(run("report", "--period", "2026-11", "--format", "json").stdout)["sections"]
        return section["definitive"], section["covered"], section["from_archives"]

    run("import", str(tmp_path / "1.eml"))
    before = told()
    unreasoned = run("import", str(tmp_path / "1.eml"), "--complete", "2026-10..2026-11")
    mailsla(
        "import",
        str(tmp_path / "1.eml"),
        "--complete",
        "2026-10..2026-12-01",
        "--reason",
        "sauvegarde du serveur",
        *common,
    )
    after = told()
    mailsla("decide", "archives", "undo", "--number", "1", "--reason", "erreur", *common)

    assert (before, after) == ((False, False, True), (True, True, False))
    assert (unreasoned.returncode, "--reason" in unreasoned.stderr) == (2, True)
    assert told() == before


def test_a_hole_that_nobody_knows_is_not_closed(configured: Path) -> None:
    refused = mailsla("decide", "contact", "close-hole", "--reason", "essai", "--config", str(configured))

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "Aucune interruption terminée" in refused.stderr


@pytest.mark.parametrize("named", [(), ("--config", "mailsla.toml")])
def test_a_configuration_that_others_could_have_written_is_run_only_once_they_cannot(
    tmp_path: Path, named: tuple[str, ...]
) -> None:
    written = tmp_path / "mailsla.toml"
    written.write_text(trap(tmp_path), encoding="utf-8")
    written.chmod(0o666)

    refused = mailsla("check", *named, folder=tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    written.chmod(0o644)
    accepted = mailsla("check", *named, folder=tmp_path)

    assert (refused.returncode, refused.stdout, left) == (2, "", {"mailsla.toml"})
    assert f"chmod go-w {written}" in refused.stderr
    assert accepted.returncode == 1
    assert {path.name for path in tmp_path.iterdir()} >= {"mailsla.toml", "opened.sqlite3", "run"}


def test_the_configuration_of_the_folder_in_use_is_said_and_one_that_was_named_is_not(tmp_path: Path) -> None:
    written = tmp_path / "mailsla.toml"
    written.write_text(trap(tmp_path), encoding="utf-8")

    assert mailsla("requests", folder=tmp_path).stderr == "configuration : ./mailsla.toml\n"
    assert mailsla("check", folder=tmp_path).stderr == "configuration : ./mailsla.toml\n"
    assert mailsla("requests", "--lang", "en", folder=tmp_path).stderr == "configuration: ./mailsla.toml\n"
    assert mailsla("requests", "--config", "mailsla.toml", folder=tmp_path).stderr == ""
    assert mailsla("requests", MAILSLA_CONFIG=str(written)).stderr == ""


def test_what_is_written_is_for_its_user_alone(tmp_path: Path) -> None:
    written = tmp_path / "mailsla.toml"
    written.write_text(trap(tmp_path), encoding="utf-8")

    mailsla("requests", "-o", "answer.txt", folder=tmp_path)

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path != written}
    assert modes.keys() >= {"answer.txt", "opened.sqlite3"}
    assert set(modes.values()) == {0o600}


def test_the_version_is_given_wherever_it_is_asked_for_and_nothing_is_loaded_for_it(tmp_path: Path) -> None:
    asked = [sys.executable, "-X", "importtime", "-m", "mailsla"]
    answers = [
        subprocess.run([*asked, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        for words in (["--version"], ["requests", "--version", "--lang", "en"])
    ]

    assert [item.stdout for item in answers] == [f"mailsla {version('mailsla')}\n"] * 2
    assert not any(name in answers[0].stderr for name in ("typer", "pydantic", "sqlalchemy", "babel"))
