"""Words that mail systems write: their own addresses, returned mail, automatic answers, receipts."""

from __future__ import annotations

import re

from mailsla.core.mail.spelling import without_accents


def _words(pattern: str) -> re.Pattern[str]:
    """Return a pattern of words in any case, to be looked for in a subject without accents."""
    return re.compile(without_accents(pattern), re.IGNORECASE)


DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail[-_.]?delivery[-_.]?(?:subsystem|system)|"
    r"microsoftexchange[0-9a-f]{6,}|(?:smtp|mta|exim|qmail)-daemon)@"
)
"""Addresses that no person has."""

SERVICE = re.compile(
    r"^(?:post[-_.]?master|bounce[sd]?|no-?reply-bounces?|mailer|"
    r"(?:smtp|mta|exim|qmail)(?:-?admin)?|(?:majordomo|listserv)-?(?:daemon|admin)?)@"
)
"""Addresses from which mail systems write, and people too."""

DAEMON_OR_SERVICE = re.compile(rf"{DAEMON.pattern}|{SERVICE.pattern}")

BOUNCE_SUBJECT = _words(
    r"undeliver|returned (?:mail|to sender)|return(?:ed)? mail|failure notice|delivery (?:status )?notification|"
    r"delivery (?:has )?fail|delivery problem|delivery report|delivery error|mail delivery|mail failure|"
    r"mail system error|message (?:could not|not) (?:be )?deliver|message delay|delayed mail|warning: message|"
    r"could not (?:be )?send|couldn't be delivered|could not be delivered|failed mail|mail could not|not deliver|"
    r"non[- ]?deliver|^nondeliverable|user unknown|address (?:not found|unknown)|rejected(?: mail|:)|mail rejected|"
    r"quota exceeded|mailbox (?:is )?full|^(?:delivered|delayed|relayed|expanded)\s*:|"
    r"échec de (?:la |l')?(?:remise|distribution|livraison|envoi|transmission)|"
    r"notification (?:d'|de l')état de remise|^courrier refusé\b|"
    r"^(?:non remis|remis|retardé|relayé|développé|échec)\s*:|non distribuable|non[- ]délivré|"
    r"message non (?:remis|distribué|délivré|transmis)|courrier non|avis de non[- ](?:remise|distribution)|"
    r"rapport de non[- ](?:remise|distribution)|(?:mail|électronique) non (?:délivré|remis|distribué)|"
    r"message (?:rejeté|refusé)|remise (?:différée|retardée)|impossible de remettre|impossible d'envoyer|"
    r"n'a (?:pas )?pu être (?:remis|distribué|délivré|livré|transmis)|"
    r"erreur de (?:remise|distribution|livraison|transmission)|(?:délivrance|distribution|remise) impossible|"
    r"retour à l'expéditeur|boîte (?:aux lettres |de réception )?pleine|quota dépassé|"
    r"配信|送信|宛先|エラー|недоставлен|не доставлен|unzustellbar|non recapitabile|devuelto|no se pudo|"
    r"no se puede entregar|entrega fallida|mensagem não|não entregue|onbestelbaar|niedostarcz|"
    r"kan (?:inte|ikke) levere|nelze doručit|nedoručiteln|kézbesíthetetlen",
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
NO_FAILURE = _words(
    r"\b(?:delay(?:ed)?|retard(?:ée?)?|différée?|warning|relayée?|relayed|expanded|développée?|success(?:ful)?|"
    r"réussie?|delivered|remis)\b",
)
"""In the subject of a delivery report, before any colon: the mail waits, or has arrived."""

FAILURE = re.compile(r"\bn(?:on|ot)\b", re.IGNORECASE)
_AUTOMATIC = (
    r"réponse auto(?:matique)?|réponse d'absence|message automatique|message d'absence|absence du bureau|"
    r"hors du bureau|"
    r"auto(?:matic)?[- ]?(?:reply|response)|out of office(?: (?:auto[- ]?)?reply)?|"
    r"abwesenheitsnotiz|abwesend|automatische antwort|respuesta automática|fuera de (?:la )?oficina|"
    r"risposta automatica|fuori (?:sede|ufficio)|resposta automática|automatisch antwoord|afwezig|"
    r"autosvar|automatis?kt? svar|automaattinen vastaus|autoodpowiedź|odpowiedź automatyczna|"
    r"automatická odpověď|automatikus válasz|автоматический ответ|автоматична відповідь|автоответ|"
    r"răspuns automat|otomatik yanıt|αυτόματη απάντηση|自動応答|自动答复|自動回覆|رد تلقائي"
)
FIXED_PREFIX = _words(
    rf"^(?:(?-i:AUTO)\s*:|(?:{_AUTOMATIC})\s*(?:[:：]|\Z)|\[(?:{_AUTOMATIC})\])",
)
"""What mail systems write before the subject that they answer; a person who is away writes a subject of their own."""

ABSENCE_SUBJECT = _words(
    rf"{FIXED_PREFIX.pattern}|"
    r"^(?:(?:absence|(?:je suis )?absente?|(?:en )?congés?|vacances)\s*(?:[:–-]|\Z|du\b|le\b|au\b|jusqu)|"
    r"out of (?:the )?office\b)",
)
"""What an absence's answer may be called by whoever is away; so may a citizen's letter."""

RECEIPT_SUBJECT = _words(
    r"^(?:(?:lu|non lu|read|not read|(?:nicht )?gelesen|ungelesen|(?:no )?leíd[oa]|(?:non )?lett[oa]|(?:não )?lid[oa]|"
    r"(?:niet |on)?gelezen|läst|oläst|læst|lest|luettu|przeczytan[aey]|прочитано)\s*:|"
    r"confirmation de lecture|accusé de lecture)",
)

INVITATION_SUBJECT = _words(
    r"^(?:(?:updated |mise à jour[ :]+)?(?:invitation|convocation)|réunion|meeting|rendez-vous|entretien|"
    r"(?:accept(?:ée?|er|ed)?|refus(?:ée?|er)|déclin(?:ée?|er)|declined?|provisoire|tentative(?:ly accepted)?|"
    r"annulée?|annulation|événement annulé|cancell?ed|nouvel horaire proposé|new time proposed|transférée?|"
    r"zugesagt|abgelehnt|abgesagt|mit vorbehalt|aceptad[oa]|rechazad[oa]|cancelad[oa]|accettat[oa]|rifiutat[oa]|"
    r"annullat[oa]|aceite|geaccepteerd|geweigerd|geannuleerd)\s*:)",
)
"""How calendar programs begin their subjects, and how anybody may."""

VACATION_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoresponse", "x-vacation")
SAYS_REPLY = (
    ("precedence", re.compile(r"auto[-_]reply\Z")),
    ("x-precedence", re.compile(r"auto[-_]reply\Z")),
    ("preference", re.compile(r"auto[-_]reply\Z")),
    ("x-autogenerated", re.compile(r"reply\Z")),
    ("x-post-messageclass", re.compile(r".*\bautoresponder\Z")),
    ("delivered-to", re.compile(r"autoresponder\Z")),
)
"""Fields of auto-responders that say so by their value (arp.mail, Request Tracker, Sympa, Symantec…)."""
