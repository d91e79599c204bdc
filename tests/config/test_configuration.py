"""The configuration file: every key shown in the example, every problem told at once."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mailsla.config import Settings, load, parse
from mailsla.config.toml_errors import toml_problem
from mailsla.core.clock.origin import Origin, PresetName
from mailsla.core.errors import ConfigError
from mailsla.language import speaking

EXAMPLE = Path(__file__).parents[2] / "mailsla" / "config" / "mailsla.example.toml"

# Other ways to give a password; an example can hold only one.
ALTERNATIVES = {"password", "password_command", "password_env"}

NOT_BESIDE_A_PASSWORD = {"smtp": {"oauth2"}}
"""Of a section that stands once: what the example can only speak of, since it shows the other way."""

SMALLEST: dict[str, Any] = {
    "site": {"name": "Préfecture d'essai", "departement": "18"},
    "office": {"domains": ["pref.example.fr"]},
    "accounts": [
        {"name": "contact", "host": "imap.example.fr", "user": "contact", "password_file": "mot-de-passe"}
    ],
}


def problems(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ConfigError) as raised:
        parse(document, folder=Path("/nowhere"))
    return {problem.key: problem.message for problem in raised.value.problems}


def with_account(**keys: Any) -> dict[str, Any]:
    account = SMALLEST["accounts"][0] | keys
    return SMALLEST | {"accounts": [{key: value for key, value in account.items() if value is not None}]}


def keys_of(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields) - ALTERNATIVES


def test_the_example_is_a_valid_configuration() -> None:
    settings = load(EXAMPLE)

    assert settings.site.territory.name == "Métropole"
    assert settings.commitments[0].target == Fraction(4, 5)
    assert settings.accounts[0].password_file == EXAMPLE.parent / "mot-de-passe"


def test_the_example_shows_every_key_and_no_other() -> None:
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert set(document) == set(Settings.model_fields)
    for section, content in document.items():
        annotation = str(Settings.model_fields[section].annotation)
        name = re.findall(r"mailsla\.config\.\w+\.(\w+)", annotation)[0]
        model = getattr(__import__("mailsla.config.settings", fromlist=[name]), name)
        blocks = content if isinstance(content, list) else [content]
        shown = {key for block in blocks for key in block}
        assert shown == keys_of(model) - NOT_BESIDE_A_PASSWORD.get(section, set()), section


def test_every_key_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    unexplained = [
        lines[number]
        for number in keys
        if not any(lines[above].startswith("#") for above in range(max(0, number - 3), number))
    ]
    assert unexplained == []


def test_every_problem_is_told_at_once_with_its_key() -> None:
    document = {
        "site": {"name": "", "departement": "999", "colour": "blue"},
        "office": {"domains": []},
        "accounts": [{"name": "contact", "host": "imap.example.fr", "user": "u", "port": 70_000}],
        "commitments": [{"target": 1.5, "days": 0, "comparison": "about"}],
        "alerts": {"send_at": "8 heures", "working_days_before": "3"},
    }

    found = problems(document)

    assert set(found) == {
        "site.name",
        "site.departement",
        "site.colour",
        "office.domains",
        "accounts[1].port",
        "commitments[1].target",
        "commitments[1].days",
        "commitments[1].comparison",
        "alerts.send_at",
        "alerts.working_days_before",
    }
    assert all(re.fullmatch(r"[^\n]+\.", message) for message in found.values())
    assert not any(re.search(r"\b(should|Input|valid)\b", message) for message in found.values())


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"password_file": None}, "accounts[1]"),
        ({"password": "secret"}, "accounts[1]"),
        ({"tls": "none"}, "accounts[1]"),
        ({"tls": "none", "host": "127.0.0.1.example.fr"}, "accounts[1]"),
    ],
)
def test_an_account_needs_one_password_and_tls(keys: dict[str, Any], key: str) -> None:
    assert set(problems(with_account(**keys))) == {key}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
def test_plain_connections_are_for_loopback_only(host: str) -> None:
    settings = parse(with_account(tls="none", host=host), folder=Path("/nowhere"))

    assert settings.accounts[0].tls == "none"


@pytest.mark.parametrize("keyword", ["Traité", "sans suite", "a*", "\\Answered", "a]", '"a"', "a\tb"])
def test_a_keyword_is_written_as_servers_keep_it(keyword: str) -> None:
    closing = {"effect": "answered", "reason": "traité", "keywords": ["$Done", "trait&aok-", keyword]}

    assert set(problems(SMALLEST | {"closings": [closing]})) == {"closings[1].keywords[3]"}
    assert (
        "tel que le serveur le garde"
        in problems(SMALLEST | {"services": [{"name": "A", "keywords": [keyword]}]})[
            "services[1].keywords[1]"
        ]
    )


TOKENS = {"token_url": "https://example.fr/token", "client_id": "mailsla"}


def with_oauth2(**keys: Any) -> dict[str, Any]:
    return with_account(password_file=None, oauth2=TOKENS | keys)


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED = {"on": date(2026, 12, 24), "reason": "pont"}


def with_commitment(**keys: Any) -> dict[str, Any]:
    return SMALLEST | {"commitments": [keys]}


def with_smtp(**keys: Any) -> dict[str, Any]:
    return SMALLEST | {"smtp": {"host": "smtp.example.fr", "sender": "qualite@pref.example.fr"} | keys}


def with_service(**keys: Any) -> dict[str, Any]:
    return SMALLEST | {"services": [{"name": "Étrangers"} | keys]}


FORM = {"senders": ["formulaire@example.fr"]}


def two_services(*addresses: str) -> dict[str, Any]:
    """Return services of which the first and the last bear the addresses, in any case."""
    first, last = addresses
    return {
        "services": [
            {"name": "A", "addresses": [first.lower()]},
            {"name": "B"},
            {"name": "C", "addresses": [first, last]},
        ]
    }


def with_office(**keys: Any) -> dict[str, Any]:
    return SMALLEST | {"office": {"domains": ["pref.example.fr"]} | keys}


RULES = [
    (
        with_office(networks=["198.51.100.0"] * 2 + ["relais"]),
        "office.networks[3]",
        "indiquez un réseau, comme",
    ),
    (with_office(networks=["198.51.100.1/24"]), "office.networks[1]", "indiquez un réseau, comme"),
    (with_office(networks=["::/0"]), "office.networks[1]", "ce réseau est Internet entier"),
    (
        with_office(trusted_authserv_id="mx.example.fr; spf"),
        "office.trusted_authserv_id",
        "indiquez le premier mot",
    ),
    (with_office(trusted_authserv_id="mx=a"), "office.trusted_authserv_id", "indiquez le premier mot"),
    (with_service(head="personne"), "services[1].head", "indiquez une adresse électronique, comme"),
    (
        SMALLEST | {"site": {"name": "Préfecture d'essai", "departement": "999"}},
        "site.departement",
        "département inconnu",
    ),
    (
        SMALLEST | {"forms": [FORM | {"subject_pattern": "("}]},
        "forms[1].subject_pattern",
        "indiquez une expression régulière",
    ),
    (SMALLEST | {"forms": [FORM | {"citizen": ["body"]}]}, "forms[1]", "indiquez le motif"),
    (with_service(keywords=["à lire"]), "services[1].keywords[1]", "indiquez le mot-clé tel que"),
    (
        SMALLEST | {"closings": [{"effect": "answered", "reason": "téléphone"}]},
        "closings[1]",
        "indiquez au moins un dossier ou un mot-clé.",
    ),
    (with_oauth2(), "accounts[1].oauth2", "indiquez client_secret_… ou refresh_token_…"),
    (
        with_oauth2(client_secret_env="A", client_secret_file="b"),
        "accounts[1].oauth2",
        "indiquez client_secret_… ou refresh_token_…",
    ),
    (
        with_oauth2(client_secret_env="A", token_url="http://example.fr/token"),
        "accounts[1].oauth2.token_url",
        "l'adresse du serveur d'autorisation doit",
    ),
    (
        with_oauth2(client_secret_env="A", token_url="https://x@example.fr/token"),
        "accounts[1].oauth2.token_url",
        "indiquez l'adresse du serveur d'autorisation seule",
    ),
    (
        with_account(only=["INBOX\r\nA1 LOGOUT"]),
        "accounts[1].only[1]",
        "ce nom contient un caractère refusé.",
    ),
    (with_service(mailboxes=["a\nb"]), "services[1].mailboxes[1]", "ce nom contient un caractère refusé."),
    (with_commitment(days=5, hours=5), "commitments[1]", "indiquez days ou hours, pas les deux."),
    (with_commitment(chosen_by_site=True), "commitments[1]", "chosen_by_site dit que le site a choisi"),
    (
        with_commitment(chosen_by_site=True, days=10, preset="qualipref"),
        "commitments[1]",
        "chosen_by_site dit que le site a choisi",
    ),
    (with_commitment(confirmed=True, days=10), "commitments[1]", "confirmed va avec preset"),
    (
        with_commitment(category="accuse-reception"),
        "commitments[1].category",
        "ce nom est celui d'un autre engagement",
    ),
    (
        SMALLEST | {"acknowledgements": [{"preset": "qualipref"}]},
        "acknowledgements[1].preset",
        "valeur inconnue ; choisissez 'accuse-reception' ou 'accuse-enregistrement'",
    ),
    (
        SMALLEST | {"acknowledgements": [{"preset": "accuse-reception"}] * 2},
        "configuration",
        "acknowledgements[1] et acknowledgements[2] portent le même nom",
    ),
    (
        with_commitment(preset="accuse-reception"),
        "commitments[1].preset",
        "valeur inconnue ; choisissez 'qualipref' ou 'marianne'.",
    ),
    (with_commitment(target=True), "commitments[1].target", "indiquez une part entre 0 et 1"),
    (with_commitment(target=float("nan")), "commitments[1].target", "indiquez une part entre 0 et 1"),
    (SMALLEST | {"opening": {"monday": ["12:00-9:00"]}}, "opening.monday[1]", "indiquez des heures comme"),
    (SMALLEST | {"opening": {"monday": ["09:00-00:00"]}}, "opening.monday[1]", "indiquez des heures comme"),
    (
        SMALLEST | {"opening": {"monday": ["11:00-24:00", "09:00-12:00"]}},
        "opening.monday",
        "deux plages se chevauchent",
    ),
    (
        with_commitment(hours=5) | {"opening": {day: [] for day in DAYS}},
        "configuration",
        "un engagement est en heures, et [opening] n'ouvre aucun jour",
    ),
    (
        SMALLEST | {"calendar": {"closures": [CLOSED], "half_days": [CLOSED | {"open": ["09:00-12:00"]}]}},
        "configuration",
        "calendar.closures[1] et calendar.half_days[1] parlent tous deux du 2026-12-24",
    ),
    (
        SMALLEST | {"calendar": {"closures": [CLOSED] * 2}},
        "configuration",
        "calendar.closures[1] et calendar.closures[2] parlent",
    ),
    (
        SMALLEST | {"calendar": {"worked_holidays": [CLOSED], "closures": [CLOSED]}},
        "configuration",
        "calendar.closures[1] et calendar.worked_holidays[1] parlent",
    ),
    (
        SMALLEST | two_services("A@pref.example.fr", "b@pref.example.fr"),
        "configuration",
        "services[1] et services[3] se reconnaissent au même signe",
    ),
    (
        SMALLEST | {"forms": [FORM, FORM]},
        "configuration",
        "forms[1] et forms[2] se reconnaissent au même signe",
    ),
    (
        with_office(form_senders=["formulaire@example.fr"]) | {"forms": [FORM]},
        "configuration",
        "office.form_senders et forms[1] se reconnaissent",
    ),
    (
        with_office(never_requests=["formulaire@example.fr"]) | {"forms": [FORM]},
        "configuration",
        "office.never_requests et forms[1] se reconnaissent",
    ),
    (
        SMALLEST | {"commitments": [{"category": name, "subjects": ["Plainte"]} for name in ("a", "b")]},
        "configuration",
        "commitments[1] et commitments[2] se reconnaissent",
    ),
    (
        SMALLEST
        | {
            "closings": [
                {"effect": effect, "reason": "essai", "keywords": ["fini"]}
                for effect in ("answered", "excluded")
            ]
        },
        "configuration",
        "closings[1] (answered) et closings[2] (excluded) se reconnaissent",
    ),
    *(
        (
            taken | {"actions": {"address": "Permis@pref.example.fr"}},
            "configuration",
            "actions.address reçoit déjà",
        )
        for taken in (
            with_account(user="permis@pref.example.fr"),
            with_office(form_senders=["permis@pref.example.fr"]),
            with_service(head="permis@pref.example.fr"),
            with_service(addresses=["permis@pref.example.fr"]),
            with_commitment(addresses=["permis@pref.example.fr"]),
        )
    ),
    (
        SMALLEST | {"reply_kinds": [{"kind": "survey"}]},
        "reply_kinds[1]",
        "indiquez au moins un objet, un expéditeur, un dossier ou un mot-clé.",
    ),
    (
        with_account(only=["INBOX", "Envoyés"], ignore=["inbox"]),
        "accounts[1]",
        "un dossier est à la fois dans only et dans ignore",
    ),
    (with_account(only=["INBOX"], sent=["Envoyés"]), "accounts[1]", "un dossier de sent n'est pas lu"),
    (with_account(ignore=["Envoyés"], sent=["Envoyés"]), "accounts[1]", "un dossier de sent n'est pas lu"),
    (with_commitment(hours=5, unit="calendar_days"), "commitments[1]", "hours compte des heures d'ouverture"),
    (with_commitment(days=True), "commitments[1].days", "indiquez un nombre entier."),
    (SMALLEST | {"receipt": {"cutoff": "00:00"}}, "receipt", "cutoff = « 00:00 » compterait"),
    (SMALLEST | {"receipt": {"cutoff": 17}}, "receipt.cutoff", "indiquez une date comme"),
    (SMALLEST | {"receipt": {"cutoff": "17:00+02:00"}}, "receipt.cutoff", "indiquez l'heure du site"),
    (SMALLEST | {"alerts": {"send_at": 8}}, "alerts.send_at", "indiquez une date comme"),
    (with_account(since=86_400), "accounts[1].since", "indiquez une date comme"),
    *(
        (SMALLEST | {"monitoring": {"ping_url": url}}, "monitoring.ping_url", said)
        for url, said in (
            ("http://sondes.example.fr/1", "l'adresse à prévenir doit commencer par"),
            ("https://sondes.example.fr@ailleurs.example.org/1", "indiquez une adresse comme"),
            ("https://sondes.example.fr/1\n2", "indiquez une adresse comme"),
            ("sondes", "indiquez une adresse comme"),
        )
    ),
    (with_account(password="s3cret"), "accounts[1]", "indiquez le mot de passe d'une seule façon"),
    (with_smtp(user="qualite"), "smtp", "indiquez user et un seul mot de passe"),
    (with_smtp(password_env="A"), "smtp", "indiquez user et un seul mot de passe"),
    (with_smtp(oauth2=TOKENS | {"client_secret_env": "A"}), "smtp", "indiquez user et un seul mot de passe"),
    (
        with_smtp(user="qualite", password_env="A", oauth2=TOKENS | {"client_secret_env": "A"}),
        "smtp",
        "indiquez user et un seul mot de passe",
    ),
    (with_smtp(user="qualite", oauth2=TOKENS), "smtp.oauth2", "indiquez client_secret_… ou refresh_token_…"),
    (with_smtp(tls="none"), "smtp", "sans TLS, seul un serveur de cette machine"),
    (with_account(tls="none"), "accounts[1]", "sans TLS, seul un serveur de cette machine"),
    (
        SMALLEST | {"services": [{"name": "A"}, {"name": "B"}, {"name": "A"}]},
        "configuration",
        "services[1] et services[3] portent le même nom, « A »",
    ),
]
"""Every rule of the configuration's own, with the key it speaks of and how its sentence begins."""


@pytest.mark.parametrize(("document", "key", "begins"), RULES)
def test_each_rule_says_what_to_write_instead_in_the_language_in_use(
    document: dict[str, Any], key: str, begins: str
) -> None:
    french = problems(document)
    with speaking("en"):
        english = problems(document)

    assert set(french) == set(english) == {key}
    assert french[key].startswith(begins)
    assert not english[key].startswith(begins)


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example.fr/token",
        "HTTPS://LOGIN.example.fr:8443/token?x=1",
        "https://[2001:db8::1]/token",
        "http://127.0.0.1/token",
        "http://127.8.0.1:80/token",
        "http://[::1]:80/token",
        "http://localhost/token",
        "HTTP://LocalHost:80/token",
    ],
)
def test_a_secret_goes_by_tls_or_stays_on_this_machine(url: str) -> None:
    [account] = parse(with_oauth2(client_secret_env="A", token_url=url), folder=Path("/nowhere")).accounts

    assert account.oauth2 is not None
    assert account.oauth2.token_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.fr/token",
        "HTTP://login.example.fr/token",
        "http://localhost@login.example.fr/token",
        "http://localhost:1@login.example.fr/token",
        "http://127.0.0.1:80@login.example.fr/token",
        "https://login.example.fr@evil.example/token",
        "http://127.0.0.1.evil.example/token",
        "http://localhost.evil.example/token",
        "http://localhost\\@evil.example/token",
        "http://[::1]evil.example/token",
        "http://[::1.evil.example/token",
        "http://127.1/token",
        "http://0.0.0.0/token",
        "http://[::ffff:192.0.2.1]/token",
        "https:///token",
        "https://:443/token",
        "https://login.example.fr:port/token",
        "https://login.example.fr:99999/token",
        "https://login.example.fr /token",
        "https:login.example.fr",
        "ftp://localhost/token",
    ],
)
def test_an_address_that_leads_elsewhere_than_it_seems_to_is_refused(url: str) -> None:
    assert set(problems(with_oauth2(client_secret_env="A", token_url=url))) == {
        "accounts[1].oauth2.token_url"
    }


def test_two_accounts_cannot_share_a_name() -> None:
    account = SMALLEST["accounts"][0]

    assert "accounts" in next(iter(problems(SMALLEST | {"accounts": [account, account]}).values()))


def test_a_password_never_shows() -> None:
    settings = parse(with_account(password="s3cret", password_file=None), folder=Path("/nowhere"))

    assert "s3cret" not in repr(settings)
    assert "s3cret" not in str(settings.accounts[0])
    assert "s3cret" not in f"{settings.accounts[0].secret!r} {settings.accounts[0].secret}"


def test_a_problem_never_quotes_a_secret() -> None:
    found = problems(with_account(password=["s3cret"], password_file=None, port="s3cret"))

    assert not any("s3cret" in message for message in found.values())


def test_a_missing_or_broken_file_gets_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[site\n", encoding="utf-8")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path / "missing.toml", broken, binary, tmp_path):
        with pytest.raises(ConfigError) as raised:
            load(path)
        assert len(raised.value.problems) == 1


def test_a_relative_store_lies_beside_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "mailsla.toml"
    path.write_text(SMALLEST_FILE.replace('"18"', '"2a"'), encoding="utf-8")

    assert load(path).store.url == f"sqlite:///{tmp_path / 'mailsla.sqlite3'}"


CHOSEN = {"days": 15, "comparison": "at_most", "target": 1, "chosen_by_site": True}
TEXTS: list[tuple[dict[str, Any], Origin]] = [
    ({}, Origin(PresetName.QUALIPREF)),
    ({"preset": "marianne"}, Origin(PresetName.MARIANNE)),
    ({"preset": "qualipref", "confirmed": True}, Origin(PresetName.QUALIPREF, confirmed=True)),
    ({"confirmed": True}, Origin(PresetName.QUALIPREF, confirmed=True)),
    ({"preset": "qualipref", "days": 10}, Origin(PresetName.QUALIPREF)),
    ({"preset": "qualipref", "days": 15}, Origin(PresetName.QUALIPREF, altered=True)),
    ({"preset": "qualipref", "hours": 10}, Origin(PresetName.QUALIPREF, altered=True)),
    ({"target": 0.9}, Origin(PresetName.QUALIPREF, altered=True)),
    ({"days": 10, "comparison": "less_than", "target": 0.8}, Origin()),
    (CHOSEN, Origin(chosen_by_site=True)),
]


@pytest.mark.parametrize(("keys", "origin"), TEXTS)
def test_a_commitment_says_which_text_it_comes_from_and_what_the_site_made_of_it(
    keys: dict[str, Any], origin: Origin
) -> None:
    settings = parse(with_commitment(**keys), folder=Path("/nowhere"))

    assert settings.commitments[0].commitment.origin == origin


def test_without_any_commitment_the_usual_one_is_to_check() -> None:
    assert parse(SMALLEST, folder=Path("/nowhere")).commitments[0].commitment.origin.is_to_check


SMALLEST_FILE = """\
[site]
name = "Préfecture d'essai"
departement = "18"
[office]
domains = ["pref.example.fr"]
[[accounts]]
name = "contact"
host = "imap.example.fr"
user = "contact"
password_env = "MAILSLA_PASSWORD"
"""


@pytest.mark.parametrize("marked", [False, True])
def test_a_file_is_read_with_or_without_a_byte_order_mark_and_knows_when_it_was_saved(
    tmp_path: Path, *, marked: bool
) -> None:
    path = tmp_path / "mailsla.toml"
    path.write_text(SMALLEST_FILE, encoding="utf-8-sig" if marked else "utf-8")
    saved_at = datetime(2026, 11, 13, 8, 30, tzinfo=UTC)
    os.utime(path, (saved_at.timestamp(), saved_at.timestamp()))

    settings = load(path)

    assert settings.site.name == "Préfecture d'essai"
    assert settings.saved_at == saved_at
    assert parse(SMALLEST, folder=tmp_path).saved_at is None


@pytest.mark.parametrize(
    ("written", "where", "what"),
    [
        ('name "x"', "ligne 1, caractère 6", "il manque « = »"),
        ("[a]\nb = oui", "ligne 2, caractère 5", "un texte se met entre guillemets"),
        ("a = 1\na = 2", "à la fin", "écrite deux fois"),
        ("[a]\n[b]\n[a]", "ligne 3", "écrite deux fois"),
        ("a = { b = 1, b = 2 }", "ligne 1", "écrite deux fois"),
        ("[site\n", "ligne 1", "n'est pas fermé"),
        ('a = ["x"\nb = 1', "ligne 2", "n'est pas fermé"),
        ('a = "x', "à la fin", "n'est pas fermé"),
        ('a = """x', "à la fin", "n'est pas fermé"),
        ('a = "C:\\Users"', "ligne 1", "doublez « \\ »"),
        ('a = "\\S+@"', "ligne 1", "doublez « \\ »"),
        ("a = 2026-02-30", "ligne 1", "cette date n'existe pas"),
        ('a = "x" "y"', "ligne 1", "quelque chose de trop"),
        ("= 1", "ligne 1", "une clé commence par"),
        ('a = "x\x07"', "ligne 1", "ce caractère n'a pas sa place ici"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line_in_the_language_in_use(
    tmp_path: Path, written: str, where: str, what: str
) -> None:
    path = tmp_path / "mailsla.toml"
    path.write_text(written, encoding="utf-8")

    said = []
    for language in ("fr", "en"):
        with speaking(language), pytest.raises(ConfigError) as raised:
            load(path)
        said.append(str(raised.value))

    french, english = said
    assert french.startswith("mailsla.toml, ")
    assert where in french
    assert what in french
    assert what not in english


def test_every_complaint_of_the_toml_reader_has_a_sentence() -> None:
    source = Path(tomllib.__path__[0], "_parser.py").read_text(encoding="utf-8")
    complaints = re.findall(
        r"(?:suffixed_err|TOMLDecodeError)\(\s*src,\s*\w+,\s*f?[\"'](.+?)[\"'],?\s*\)", source, re.DOTALL
    )

    unsaid = toml_problem("f", "?").message
    assert len(complaints) > 20
    assert [said for said in complaints if toml_problem("f", said).message == unsaid] == []
