"""Wrong configurations, as people write them, each with what is said of it: by whoever reads the file, or by check."""

from __future__ import annotations

from typing import NamedTuple

BASE = """\
[site]
name = "Préfecture d'essai"
departement = "18"
[office]
domains = ["pref.example.fr"]
[[accounts]]
name = "contact"
host = "imap.example.fr"
user = "contact@pref.example.fr"
password_env = "MAILSLA_PASSWORD"
[[commitments]]
category = "information"
preset = "qualipref"
"""


class Wrong(NamedTuple):
    """One mistake.

    Attributes:
        instead: What is written wrong, in the place of what; at the end, where that is empty.
        written: The wrong lines.
        said: What is said, whole; the code of what check advises; or why it is accepted.
    """

    instead: str
    written: str
    said: str


NAME, DOMAINS, HOST = 'name = "contact"', 'domains = ["pref.example.fr"]', 'host = "imap.example.fr"'
USER, SECRET = 'user = "contact@pref.example.fr"', 'password_env = "MAILSLA_PASSWORD"'
PRESET, CODE = 'preset = "qualipref"', 'departement = "18"'

REFUSED = [
    Wrong(
        '[site]\nname = "Préfecture d\'essai"',
        "[site]",
        "site.name : cette clé manque.",
    ),
    Wrong(
        'name = "Préfecture d\'essai"',
        'name = ""',
        "site.name : ce texte est vide.",
    ),
    Wrong(
        'name = "Préfecture d\'essai"',
        "name = Préfecture",
        (
            "mailsla.toml, ligne 2, caractère 8 : cette valeur n'en est pas une ; un texte se met entre "
            "guillemets."
        ),
    ),
    Wrong(
        'name = "Préfecture d\'essai"',
        f'name = "{"x" * 201}"',
        "site.name : ce texte dépasse 200 caractères.",
    ),
    Wrong(
        CODE,
        "departement = 01",
        "mailsla.toml, ligne 3, caractère 16 : il y a quelque chose de trop après cette valeur ou cette section ; un "
        "texte, ou un numéro qui commence par 0, se met entre guillemets.",
    ),
    Wrong(
        CODE,
        'departement = "Cher"',
        "site.departement : département inconnu ; indiquez son numéro, comme « 18 », « 2A » ou « 974 ».",
    ),
    Wrong(
        CODE,
        'departement = "20"',
        "site.departement : département inconnu ; indiquez son numéro, comme « 18 », « 2A » ou « 974 ».",
    ),
    Wrong(
        CODE,
        'département = "18"',
        (
            "mailsla.toml, ligne 3, caractère 2 : il manque « = » entre la clé et sa valeur ; une clé "
            "s'écrit sans accent ni espace."
        ),
    ),
    Wrong(
        "[office]",
        "[bureau]",
        "office : cette clé manque.\nbureau : clé inconnue ; corrigez son nom ou retirez-la.",
    ),
    Wrong(
        DOMAINS,
        "domains = []",
        "office.domains : indiquez au moins une valeur.",
    ),
    Wrong(
        DOMAINS,
        'domains = "pref.example.fr"',
        'office.domains : indiquez une liste entre crochets, comme ["a", "b"].',
    ),
    Wrong(
        DOMAINS,
        'domains = ["pref example fr"]',
        "office.domains[1] : indiquez un domaine seul, comme « cher.gouv.fr ».",
    ),
    Wrong(
        DOMAINS,
        'domains = ["*.gouv.fr"]',
        "office.domains[1] : indiquez un domaine seul, comme « cher.gouv.fr ».",
    ),
    Wrong(
        DOMAINS,
        'domains = ["http://cher.gouv.fr"]',
        "office.domains[1] : indiquez un domaine seul, comme « cher.gouv.fr ».",
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\nmessage_id_hosts = ["*.prod.outlook.com"]',
        "office.message_id_hosts[1] : indiquez un domaine seul, comme « cher.gouv.fr ».",
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\naddresses = ["contact"]',
        "office.addresses[1] : indiquez une adresse électronique, comme « contact@example.fr ».",
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\nform_senders = ["formulaire"]',
        "office.form_senders[1] : indiquez une adresse électronique, comme « contact@example.fr ».",
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\nnetworks = ["10.0.0.1/8"]',
        "office.networks[1] : indiquez un réseau, comme « 198.51.100.0/24 ».",
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\nnetworks = ["0.0.0.0/0"]',
        (
            "office.networks[1] : ce réseau est Internet entier ; indiquez les vôtres, comme « "
            "198.51.100.0/24 »."
        ),
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\ntrusted_authserv_id = "mx.example.fr; spf=pass"',
        (
            "office.trusted_authserv_id : indiquez le premier mot d'Authentication-Results comme votre "
            "serveur l'écrit : « mx.example.fr »."
        ),
    ),
    Wrong(
        DOMAINS,
        f'{DOMAINS}\ncopies_are_trusted = "oui"',
        "office.copies_are_trusted : indiquez true ou false.",
    ),
    Wrong(
        "[[accounts]]",
        "[accounts]",
        "accounts : écrivez ce nom entre deux crochets, [[accounts]] : il peut y en avoir plusieurs.",
    ),
    Wrong(
        NAME,
        'name = "boîte de contact"',
        (
            "accounts[1].name : indiquez un nom sans espace : lettres, chiffres, « . », « _ » et « - », 60 "
            "au plus."
        ),
    ),
    Wrong(
        HOST,
        "",
        "accounts[1].host : cette clé manque.",
    ),
    Wrong(
        HOST,
        f"{HOST}\nport = 99999",
        "accounts[1].port : indiquez au plus 65535.",
    ),
    Wrong(
        HOST,
        f'{HOST}\ntls = "ssl"',
        "accounts[1].tls : valeur inconnue ; choisissez 'implicit', 'starttls' ou 'none'.",
    ),
    Wrong(
        HOST,
        f"{HOST}\ntls = true",
        "accounts[1].tls : valeur inconnue ; choisissez 'implicit', 'starttls' ou 'none'.",
    ),
    Wrong(
        HOST,
        f'{HOST}\ntls = "none"',
        'accounts[1] : sans TLS, seul un serveur de cette machine est accepté ; mettez tls = "implicit".',
    ),
    Wrong(
        USER,
        "",
        "accounts[1].user : cette clé manque.",
    ),
    Wrong(
        SECRET,
        "",
        (
            "accounts[1] : indiquez le mot de passe d'une seule façon : password_file, password_command, "
            "password_env ou password."
        ),
    ),
    Wrong(
        SECRET,
        f'{SECRET}\npassword = "secret"',
        (
            "accounts[1] : indiquez le mot de passe d'une seule façon : password_file, password_command, "
            "password_env ou password."
        ),
    ),
    Wrong(
        SECRET,
        f'{SECRET}\npasword_file = "secret"',
        "accounts[1].pasword_file : clé inconnue ; corrigez son nom ou retirez-la.",
    ),
    Wrong(
        SECRET,
        'password_command = "pass mailsla"',
        'accounts[1].password_command : indiquez une liste entre crochets, comme ["a", "b"].',
    ),
    Wrong(
        SECRET,
        "password_command = []",
        "accounts[1].password_command : indiquez au moins une valeur.",
    ),
    Wrong(
        SECRET,
        'password_file = "C:\\Users\\mdp"',
        (
            "mailsla.toml, ligne 10, caractère 22 : doublez « \\ » dans ce texte, ou mettez-le entre "
            "apostrophes."
        ),
    ),
    Wrong(
        SECRET,
        f'{SECRET}\nsent = "Envoyés"',
        'accounts[1].sent : indiquez une liste entre crochets, comme ["a", "b"].',
    ),
    Wrong(
        SECRET,
        f'{SECRET}\nonly = ["INBOX"]\nsent = ["Envoyés"]',
        "accounts[1] : un dossier de sent n'est pas lu : ajoutez-le à only, ou retirez-le d'ignore.",
    ),
    Wrong(
        SECRET,
        f'{SECRET}\nonly = ["INBOX"]\nignore = ["inbox"]',
        "accounts[1] : un dossier est à la fois dans only et dans ignore ; gardez-en un.",
    ),
    Wrong(
        SECRET,
        f'{SECRET}\nonly = ["A/*"]\nsent = ["B/Envoyés"]',
        "accounts[1] : un dossier de sent n'est pas lu : ajoutez-le à only, ou retirez-le d'ignore.",
    ),
    Wrong(
        SECRET,
        f'{SECRET}\nignore = ["A/*"]\nsent = ["A/Envoyés"]',
        "accounts[1] : un dossier de sent n'est pas lu : ajoutez-le à only, ou retirez-le d'ignore.",
    ),
    Wrong(
        SECRET,
        f'{SECRET}\nsince = "janvier 2026"',
        "accounts[1].since : indiquez une date, comme 2026-05-15.",
    ),
    Wrong(
        SECRET,
        f"{SECRET}\nsince = 2026-02-30",
        "mailsla.toml, ligne 11, caractère 9 : cette date n'existe pas.",
    ),
    Wrong(
        SECRET,
        f"{SECRET}\nsince = 2026",
        "accounts[1].since : indiquez une date comme 2026-05-15, une heure comme « 17:00 » ; pas un nombre.",
    ),
    Wrong(
        SECRET,
        f"{SECRET}\nevery_seconds = 1",
        "accounts[1].every_seconds : indiquez au moins 5.",
    ),
    Wrong(
        SECRET,
        '[accounts.oauth2]\ntoken_url = "login.example.fr"\nclient_id = "a"\nclient_secret_env = "B"',
        (
            "accounts[1].oauth2.token_url : indiquez l'adresse du serveur d'autorisation seule, comme « "
            "https://login.example.fr/token »."
        ),
    ),
    Wrong(
        SECRET,
        '[accounts.oauth2]\ntoken_url = "http://a.example.fr"\nclient_id = "a"\nclient_secret_env = "B"',
        "accounts[1].oauth2.token_url : l'adresse du serveur d'autorisation doit commencer par https://.",
    ),
    Wrong(
        SECRET,
        '[accounts.oauth2]\ntoken_url = "https://login.example.fr"\nclient_id = "a"',
        (
            "accounts[1].oauth2 : indiquez client_secret_… ou refresh_token_… (file, command ou env), "
            "chacun d'une seule façon."
        ),
    ),
    Wrong(
        SECRET,
        f'{SECRET}\n[accounts.oauth2]\ntoken_url = "https://a.fr"\nclient_id = "a"\nclient_secret_env = "B"',
        (
            "accounts[1] : indiquez le mot de passe d'une seule façon : password_file, password_command, "
            "password_env ou password."
        ),
    ),
    Wrong(
        "",
        '[[accounts]]\nname = "contact"\nhost = "b.example.fr"\nuser = "b"\npassword_env = "B"',
        (
            "configuration : accounts[1] et accounts[2] portent le même nom, « contact » ; renommez-en un "
            "ou retirez-le."
        ),
    ),
    Wrong(
        "",
        '[[services]]\nname = "Permis"\nhead = "Mme Durand"',
        "services[1].head : indiquez une adresse électronique, comme « contact@example.fr ».",
    ),
    Wrong(
        "",
        '[[services]]\nname = "A"\naddresses = ["a@b.fr"]\n[[services]]\nname = "B"\naddresses = ["A@b.fr"]',
        (
            "configuration : services[1] et services[2] se reconnaissent au même signe (adresse, dossier, "
            "mot-clé ou objet) ; laissez-le à un seul."
        ),
    ),
    Wrong(
        "",
        '[[services]]\nname = "A"\n[[services]]\nname = "A"',
        (
            "configuration : services[1] et services[2] portent le même nom, « A » ; renommez-en un ou "
            "retirez-le."
        ),
    ),
    Wrong(
        "",
        '[[services]]\nname = "A"\nkeywords = ["à lire"]',
        (
            "services[1].keywords[1] : indiquez le mot-clé tel que le serveur le garde : sans accent, sans "
            'espace, sans ( ) { % * " \\ ni ].'
        ),
    ),
    Wrong(
        "",
        (
            '[[services]]\nname = "A"\n[[services.deputies]]\naddress = "a@b.fr"\nfirst = 2026-08-31\nlast '
            "= 2026-08-01"
        ),
        "services[1].deputies[1] : un remplacement finit avant de commencer : échangez first et last.",
    ),
    Wrong(
        PRESET,
        'preset = "quali-pref"',
        "commitments[1].preset : valeur inconnue ; choisissez 'qualipref' ou 'marianne'.",
    ),
    Wrong(
        PRESET,
        "days = 0",
        "commitments[1].days : indiquez au moins 1.",
    ),
    Wrong(
        PRESET,
        "days = 10.5",
        "commitments[1].days : indiquez un nombre entier.",
    ),
    Wrong(
        PRESET,
        "days = 10\nhours = 5",
        "commitments[1] : indiquez days ou hours, pas les deux.",
    ),
    Wrong(
        PRESET,
        "days = 10\ntarget = 80",
        "commitments[1].target : indiquez une part entre 0 et 1, comme 0.80.",
    ),
    Wrong(
        PRESET,
        'days = 10\ntarget = "80 %"',
        "commitments[1].target : indiquez une part entre 0 et 1, comme 0.80.",
    ),
    Wrong(
        PRESET,
        'days = 10\ntarget = "80"',
        "commitments[1].target : indiquez une part entre 0 et 1, comme 0.80.",
    ),
    Wrong(
        PRESET,
        'days = 10\ncomparison = "moins de"',
        "commitments[1].comparison : valeur inconnue ; choisissez 'less_than' ou 'at_most'.",
    ),
    Wrong(
        PRESET,
        "days = 10\nconfirmed = true",
        "commitments[1] : confirmed va avec preset : cet engagement est celui que le site a écrit.",
    ),
    Wrong(
        "",
        '[receipt]\ncutoff = "17h"',
        "receipt.cutoff : indiquez une heure, comme « 17:00 ».",
    ),
    Wrong(
        "",
        "[receipt]\ncutoff = 17",
        "receipt.cutoff : indiquez une date comme 2026-05-15, une heure comme « 17:00 » ; pas un nombre.",
    ),
    Wrong(
        "",
        '[receipt]\nclosed_day_receipt = "lundi"',
        "receipt.closed_day_receipt : valeur inconnue ; choisissez 'same_day' ou 'next_working_day'.",
    ),
    Wrong(
        "",
        '[calendar]\nclosures = ["2026-05-15"]',
        "calendar.closures[1] : indiquez une section, comme [nom], ou dans une liste { clé = valeur }.",
    ),
    Wrong(
        "",
        '[calendar]\nclosures = [{ on = "15/05/2026", reason = "pont" }]',
        "calendar.closures[1].on : indiquez une date, comme 2026-05-15.",
    ),
    Wrong(
        "",
        "[calendar]\nclosures = [{ on = 2026-05-15 }]",
        "calendar.closures[1].reason : cette clé manque.",
    ),
    Wrong(
        "",
        '[opening]\nmonday = ["9h-12h"]',
        "opening.monday[1] : indiquez des heures comme « 09:00-12:00 ».",
    ),
    Wrong(
        "",
        '[opening]\nlundi = ["09:00-12:00"]',
        "opening.lundi : clé inconnue ; corrigez son nom ou retirez-la.",
    ),
    Wrong(
        "",
        "[alerts]\nworking_days_before = 3",
        'alerts.working_days_before : indiquez une liste entre crochets, comme ["a", "b"].',
    ),
    Wrong(
        "",
        "[alerts]\nworking_days_before = [0]",
        "alerts.working_days_before[1] : indiquez au moins 1.",
    ),
    Wrong(
        "",
        '[alerts]\nsend_at = "8 heures"',
        "alerts.send_at : indiquez une heure, comme « 17:00 ».",
    ),
    Wrong(
        "",
        '[alerts]\noperator = "root"',
        "alerts.operator : indiquez une adresse électronique, comme « contact@example.fr ».",
    ),
    Wrong(
        "",
        '[smtp]\nhost = "smtp.example.fr"',
        "smtp.sender : cette clé manque.",
    ),
    Wrong(
        "",
        '[smtp]\nhost = "smtp.example.fr"\nsender = "qualite"',
        "smtp.sender : indiquez une adresse électronique, comme « contact@example.fr ».",
    ),
    Wrong(
        "",
        '[smtp]\nhost = "smtp.example.fr"\nsender = "a@b.fr"\nuser = "a"',
        "smtp : indiquez user et un seul mot de passe (password_file, …) ou oauth2, ou ni l'un ni l'autre.",
    ),
    Wrong(
        "",
        '[smtp]\nhost = "smtp.example.fr"\nsender = "a@b.fr"\ntls = "none"',
        'smtp : sans TLS, seul un serveur de cette machine est accepté ; mettez tls = "implicit".',
    ),
    Wrong(
        "",
        '[[reports]]\nevery = "week"\nto = ["a@b.fr"]',
        "configuration : [[reports]] demande un serveur d'envoi : ajoutez [smtp].",
    ),
    Wrong(
        "",
        '[smtp]\nhost = "a"\nsender = "a@b.fr"\n[[reports]]\nevery = "week"',
        "reports[1] : indiquez à qui l'envoyer : to, ou heads = true.",
    ),
    Wrong(
        "",
        '[smtp]\nhost = "a"\nsender = "a@b.fr"\n[[reports]]\nevery = "semaine"\nheads = true',
        "reports[1].every : valeur inconnue ; choisissez 'week', 'month', 'quarter' ou 'year'.",
    ),
    Wrong(
        "",
        "[privacy]\nretention_days = 36500",
        "privacy.retention_days : indiquez au plus 820.",
    ),
    Wrong(
        "",
        "[privacy]\nretention_days = 0",
        "privacy.retention_days : indiquez au moins 180.",
    ),
    Wrong(
        "",
        '[monitoring]\nping_url = "http://sondes.example.fr/1"',
        "monitoring.ping_url : l'adresse à prévenir doit commencer par https://.",
    ),
    Wrong(
        "",
        '[[closings]]\neffect = "répondu"\nreason = "tél"\nmailboxes = ["Traité"]',
        "closings[1].effect : valeur inconnue ; choisissez 'answered' ou 'excluded'.",
    ),
    Wrong(
        "",
        '[[closings]]\neffect = "answered"\nreason = "tél"',
        "closings[1] : indiquez au moins un dossier ou un mot-clé.",
    ),
    Wrong(
        "",
        '[[forms]]\nsenders = ["a@b.fr"]\nsubject_pattern = "("',
        "forms[1].subject_pattern : indiquez une expression régulière valide.",
    ),
    Wrong(
        "",
        '[[forms]]\nsenders = ["a@b.fr"]\ncitizen = ["body"]',
        "forms[1] : indiquez le motif (subject_pattern, body_pattern) de chaque source citée.",
    ),
    Wrong(
        "",
        '[[reply_kinds]]\nkind = "survey"',
        "reply_kinds[1] : indiquez au moins un objet, un expéditeur, un dossier ou un mot-clé.",
    ),
    Wrong(
        "",
        '[report]\ncohort = "tout"',
        "report.cohort : valeur inconnue ; choisissez 'due' ou 'received'.",
    ),
    Wrong(
        "",
        "[store]\nurl = 5",
        "store.url : indiquez un texte entre guillemets.",
    ),
    Wrong(
        "",
        "[site]\nminimum = 5",
        (
            "mailsla.toml, ligne 14, caractère 6 : cette clé ou cette section est écrite deux fois ; "
            "gardez-en une."
        ),
    ),
]
"""What no command begins with, and the one sentence for each mistake."""

ADVISED = [
    Wrong(DOMAINS, 'domains = ["gouv.fr", "pref.example.fr"]', "domains-shared"),
    Wrong(DOMAINS, 'domains = ["orange.fr", "pref.example.fr"]', "domains-shared"),
    Wrong(DOMAINS, 'domains = ["perf.example.fr"]', "address-outside"),
    Wrong(USER, 'user = "contact@autre.example.fr"', "address-outside"),
    Wrong(SECRET, f"{SECRET}\nsince = 2062-01-01", "since-ahead"),
    Wrong(SECRET, f'{SECRET}\nsent = ["Envoyes"]', "names-unknown"),
    Wrong(SECRET, f'{SECRET}\nonly = ["Inbox", "Permi"]', "names-unknown"),
    Wrong(SECRET, f'{SECRET}\nonly = ["INBOX", "Boite/*"]', "names-unknown"),
    Wrong(SECRET, f'{SECRET}\nignore = ["Archive"]', "names-unknown"),
    Wrong("", '[[services]]\nname = "Permis"\nmailboxes = ["Permis de conduire"]', "names-unknown"),
    Wrong(
        "",
        '[[closings]]\neffect = "answered"\nreason = "téléphone"\nmailboxes = ["Traités"]',
        "names-unknown",
    ),
    Wrong("", '[calendar]\nclosures = [{ on = 2026-11-15, reason = "pont" }]', "closed-anyway"),
    Wrong("", '[calendar]\nclosures = [{ on = 2026-11-11, reason = "pont" }]', "closed-anyway"),
    Wrong(SECRET, 'password = "s3cret"', "file-open"),
]
"""What can be read, and that check says is wrong, beside the mailboxes that the server has."""

ACCEPTED = [
    Wrong(CODE, "departement = 18", "a number is what people write, and nothing else can be meant"),
    Wrong(HOST, f'{HOST}\nport = "993"', "the same, in quotation marks"),
    Wrong(SECRET, f"{SECRET}\nidle = 1", "one is true"),
    Wrong(DOMAINS, 'domains = ["messagerie"]', "an office's own relay may bear one label in the last hop"),
    Wrong(DOMAINS, 'domains = ["@Pref.Example.FR"]', "the domain is what stands after the @, in any case"),
    Wrong(
        SECRET, f'{SECRET}\nignore = ["brouillons"]', "drafts are never read: nothing is lost by saying so"
    ),
    Wrong(
        "",
        '[[services]]\nname = "Permis"',
        "a service may be given requests by hand alone; check says that it has none",
    ),
    Wrong(
        "",
        '[[services]]\nname = "Permis"\nhead = "chef@ailleurs.example.org"',
        "a head may read mail elsewhere",
    ),
    Wrong(PRESET, "days = 200", "a promise is the site's own; every report prints it"),
]
"""What looks wrong, and is accepted, each with the reason."""
