"""The commands, in the order of the help: what each is for, and where it is, which is loaded once it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from mailsla.adapters.machine import garbage_collector
from mailsla.language import gettext as _


@dataclass(frozen=True)
class Declared:
    """A command that is not loaded yet.

    Attributes:
        module: Where it is, in this package.
        function: What runs it there.
        help: What it is for.
    """

    module: str
    function: str
    help: str

    def load(self, name: str) -> Any:
        """Return the command, as typer makes it."""
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        function = getattr(import_module(f"mailsla.cli.{self.module}"), self.function)
        garbage_collector.go_on_once_loaded()
        alone.command(name, help=self.help)(function)
        return typer.main.get_command(alone)


def declared() -> dict[str, Declared]:
    """Return every command by its name, explained in the language in use."""
    return {
        "demo": Declared(
            "trying", "demo", _("Essaie mailsla sur une préfecture inventée ; aucune configuration à faire.")
        ),
        "init": Declared(
            "initialising",
            "init",
            _("Écrit une première configuration : demande une adresse, trouve et propose le reste."),
        ),
        "check": Declared(
            "checking",
            "check",
            _("Vérifie l'installation, et dit ce qui fausserait les chiffres, avec la ligne à écrire."),
        ),
        "poll": Declared("watching", "poll", _("Relève tous les comptes une fois, puis s'arrête.")),
        "run": Declared(
            "watching", "run", _("Veille : relève, calcule et alerte jusqu'à l'arrêt (SIGTERM).")
        ),
        "import": Declared(
            "importing",
            "import_",
            _(
                "Reprend d'anciens courriels (mbox, Maildir, .eml, .zip, .tar, comprimés ou non), sans alerte."
            ),
        ),
        "backup": Declared(
            "backing_up",
            "backup",
            _("Copie la base dans un fichier, entière, pendant que mailsla travaille."),
        ),
        "restore": Declared("backing_up", "restore", _("Remet une copie de la base à sa place.")),
        "copy": Declared(
            "copying",
            "copy",
            _("Copie la base dans une autre, vide : de SQLite à PostgreSQL, ou l'inverse."),
        ),
        "purge": Declared(
            "purging",
            "purge",
            _("Efface les données personnelles qui ne se gardent plus ; aucun chiffre ne change."),
        ),
        "person": Declared(
            "person",
            "person",
            _("Donne tout ce que la base tient sur une adresse, à qui exerce ses droits ; ou l'efface."),
        ),
        **_what_tells(),
    }


def _what_tells() -> dict[str, Declared]:
    """Return the commands that say what is known, and those that people decide by."""
    return {**_figures(), **_requests(), **_mails()}


def _figures() -> dict[str, Declared]:
    """Return the commands that give figures."""
    return {
        "report": Declared(
            "measuring",
            "report",
            _("Donne le rapport : la dernière semaine complète et l'année, face à l'objectif."),
        ),
        "pages": Declared(
            "publishing",
            "pages",
            _("Écrit le site : le rapport, et pour chaque nombre la liste de ce qu'il compte."),
        ),
        "bilan": Declared(
            "yearly",
            "bilan",
            _("Écrit le bilan d'une année : PDF, page ou classeur, à signer et à recompter."),
        ),
        "poster": Declared(
            "yearly",
            "poster",
            _("Écrit l'affiche d'un trimestre définitif : un taux, un délai, l'engagement."),
        ),
    }


def _requests() -> dict[str, Declared]:
    """Return the commands about requests, and what people decide and publish."""
    return {
        "show": Declared(
            "measuring",
            "show",
            _("Montre une demande : ses courriels, ce qui les relie, les jours comptés."),
        ),
        "requests": Declared("listing", "requests", _("Liste les demandes derrière n'importe quel chiffre.")),
        "mails": Declared(
            "listing",
            "mails",
            _("Liste les courriels relevés : chacun est dans une classe, et une seule."),
        ),
        **_what_people_say(),
    }


def _mails() -> dict[str, Declared]:
    """Return the commands about alerts, mails and days."""
    return {
        "alerts": Declared(
            "alerting", "alerts", _("Montre les alertes à envoyer maintenant et celles qui sont parties.")
        ),
        "actions": Declared(
            "acting", "actions", _("Liste les actions demandées par courriel, et ce que chacune est devenue.")
        ),
        "conversations": Declared(
            "pairing",
            "conversations",
            _("Montre comment les courriels ont été reliés, dans la base ou dans des fichiers."),
        ),
        "classify": Declared(
            "pairing",
            "classify",
            _("Dit la nature de chaque courriel de ces fichiers, et l'en-tête qui le dit."),
        ),
        "clock": Declared(
            "calendars",
            "clock",
            _("Donne l'échéance d'une demande et, avec une réponse, le délai jour par jour."),
        ),
        "calendar": Declared(
            "calendars",
            "calendar",
            _("Liste les jours fériés et les fermetures d'une année, avec leur source."),
        ),
    }


def _what_people_say() -> dict[str, Declared]:
    """Return the commands of decisions, publications and notes, with their registers."""
    return {
        "decide": Declared(
            "deciding", "decide", _("Consigne une décision datée et motivée sur une demande.")
        ),
        "decisions": Declared(
            "registering",
            "decisions",
            _("Registre des décisions : qui, quand, pourquoi, et l'effet de chacune sur le taux."),
        ),
        "publications": Declared(
            "registering",
            "publications",
            _("Registre des chiffres publiés, et ce qu'ils seraient aujourd'hui."),
        ),
        "note": Declared(
            "noting",
            "note",
            _(
                "Note une cause de retard ou une action d'une période, ou retire une note ; aucun chiffre ne change."
            ),
        ),
        "notes": Declared(
            "noting", "notes", _("Registre des notes : causes de retard, actions menées et prévues.")
        ),
    }


class Commands(TyperGroup):
    """The commands as typer meets them. Loading all of them takes a second: only the one that is asked for is."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every command's name."""
        del ctx
        return list(declared())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, loaded; None when there is none of that name."""
        del ctx
        found = declared().get(cmd_name)
        return None if found is None else found.load(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command is for, whole: typer's own list loads them all, and cuts their sentences."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in declared().items()])
