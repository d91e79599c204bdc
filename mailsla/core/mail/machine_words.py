"""Words that mail systems write: their own addresses, returned mail, automatic answers, receipts."""

from __future__ import annotations

import re

DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon|mdaemon|mail[-_.]?delivery[-_.]?(?:subsystem|system)|"
    r"microsoftexchange[0-9a-f]{6,}|bounce[sd]?|no-?reply-bounces?|mailer|"
    r"(?:smtp|mta|majordomo|listserv|exim|qmail)-?(?:daemon|admin)?)@"
)
BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned (?:mail|to sender)|return(?:ed)? mail|failure notice|delivery (?:status )?notification|"
    r"delivery (?:has )?fail|delivery problem|delivery report|delivery error|mail delivery|mail system error|"
    r"message (?:could not|not) (?:be )?deliver|message delay|delayed mail|warning: message|"
    r"could not (?:be )?send|couldn't be delivered|failed mail|mail could not|not deliver|non[- ]?deliver|"
    r"^nondeliverable|user unknown|address (?:not found|unknown)|rejected(?: mail|:)|mail rejected|"
    r"[ée]chec de (?:la )?(?:remise|distribution)|notification d'état de remise|^courrier refusé\b|"
    r"^non remis\s*:|non distribuable|non[- ]délivré|"
    r"message non (?:remis|distribué|délivré|transmis)|courrier non|avis de non[- ](?:remise|distribution)|"
    r"mail non (?:délivré|remis)|remise (?:différée|retardée)|impossible de remettre|"
    r"配信|送信|宛先|エラー|недоставлен|unzustellbar|non recapitabile|devuelto|no se pudo|mensagem não",
    re.IGNORECASE,
)
BOUNCE_BODY = re.compile(
    rb"(?im)^(?:final-recipient|reporting-mta|diagnostic-code|x-failed-recipients)[ \t]*:|"
    rb"this is (?:a permanent error|the (?:mail|qmail-send|postfix|mail delivery) (?:system|program))|"
    rb"permanent (?:fatal )?error|did not reach the following recipient|could not be delivered|"
    rb"delivery to the following recipient|failed addresses? follow|undeliverable|not delivered to|"
    rb"no such user|invalid user address|"
    rb"n(?:'|\xe2\x80\x99| )(?:a |ont )?p(?:u|\xc3\xbb|as pu) [e\xc3\xaa]{1,2}tre "
    rb"(?:remis|distribu|d[e\xc3\xa9]{1,2}livr)|"
    rb"adresse [^\r\n]{0,330} n'existe pas|bo(?:i|\xc3\xae)te (?:aux lettres )?pleine"
)
FIXED_PREFIX = re.compile(
    r"^(?:(?-i:AUTO)\s*:|(?:réponse auto(?:matique)?|auto(?:matic)?[- ]?(?:reply|response)|absence du bureau|"
    r"out of office(?: auto[- ]?reply)?|message d'absence|abwesenheitsnotiz|automatische antwort|respuesta automática|"
    r"risposta automatica|resposta automática)\s*(?::|\Z))",
    re.IGNORECASE,
)
"""What mail systems write before the subject that they answer; a person who is away writes a subject of their own."""

RECEIPT_SUBJECT = re.compile(
    r"^(?:(?:lu|non lu|read|not read)\s*:|confirmation de lecture|accusé de lecture)",
    re.IGNORECASE,
)
