"""What check says of accounts that cannot be read, in one look: which server it is, and what to do, in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trials.command_line import answered
from tests.trials.office import document, toml
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.loopback import free_port

SAID = {
    "password": "le serveur refuse l'identifiant ou le mot de passe.",
    "authority": "le certificat du serveur n'est pas reconnu (cette machine ne connaît pas qui l'a signé : donnez "
    "cette autorité par ca_file).",
    "name": "la connexion au serveur a échoué (ce nom de serveur est introuvable).",
    "port": "la connexion au serveur a échoué (rien n'y écoute : vérifiez le nom et le port).",
    "tls": "la connexion au serveur a échoué (il ne parle pas TLS à ce port : vérifiez tls et port).",
    "file": "le fichier de mot de passe none ne peut pas être lu (il n'existe pas).",
    "empty": "le fichier de mot de passe empty est vide.",
    "folder": "le fichier de mot de passe {folder} ne peut pas être lu (c'est un dossier).",
    "variable": "la variable d'environnement NOBODY_SET_IT ne contient pas de mot de passe.",
    "command": "la commande de mot de passe « false » a échoué (elle sort avec le code 1).",
    "nowhere": "la commande de mot de passe « /none/pass » a échoué (elle ne peut pas être lancée).",
}


def accounts(server: DovecotServer, folder: Path) -> dict[str, dict[str, Any]]:
    """Return accounts, each wrong in one way, by what is wrong."""
    good = {
        "host": server.network_host,
        "port": server.imaps_port,
        "user": "contact@example.fr",
        "ca_file": str(server.ca_pem),
    }
    (folder / "good").write_text(f"{server.password}\n")
    (folder / "wrong").write_text("faux\n")
    (folder / "empty").write_text("")
    entered = {**good, "password_file": "good"}
    return {
        "password": {**good, "password_file": "wrong"},
        "authority": {key: value for key, value in entered.items() if key != "ca_file"},
        "name": {**entered, "host": "imap.invalid"},
        "port": {**entered, "port": free_port()},
        "tls": {**entered, "port": server.imap_port},
        "file": {**good, "password_file": "none"},
        "empty": {**good, "password_file": "empty"},
        "folder": {**good, "password_file": str(folder)},
        "variable": {**good, "password_env": "NOBODY_SET_IT"},
        "command": {**good, "password_command": ["false"]},
        "nowhere": {**good, "password_command": ["/none/pass"]},
    }


@pytest.fixture
def said(dovecot: DovecotServer, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """What check says of each account."""
    wrong = accounts(dovecot, tmp_path)
    written = document({}, store={"url": f"sqlite:///{tmp_path / 'store.sqlite3'}"})
    written["accounts"] = [{"name": name, **account} for name, account in wrong.items()]
    (tmp_path / "mailsla.toml").write_text(toml(written), encoding="utf-8")
    done = answered(["check", "--format", "json"], tmp_path, {})
    assert done.returncode == 1, done.stderr
    assert dovecot.password not in done.stdout
    found = json.loads(done.stdout)["checks"]
    return {item["facts"]["account"]: item for item in found if item["code"] == "broken"}


def test_each_wrong_account_is_told_with_its_server_and_the_others_go_on(
    said: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    assert said.keys() == SAID.keys()
    for name, item in said.items():
        expected = SAID[name].format(folder=tmp_path)
        assert item["sentence"].replace("\u00a0", " ").endswith(expected), (name, item["sentence"])
        assert "Error" not in item["sentence"]
