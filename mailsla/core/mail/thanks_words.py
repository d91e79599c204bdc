"""Words that only thank: in a subject, or in the text of a mail that says no more."""

from __future__ import annotations

import re

from mailsla.core.mail.spelling import plain_spelling

LONGEST_THANKS = 300
"""Characters: whoever writes more than this says more."""

THANKS_VERSION = "3"
"""Raised whenever a text is found to thank that was not, or the reverse; kept with what was found."""

_GIVEN = (
    r"accueil|aide|attention|compréhension|courriel|diligence|disponibilité|efficacité|envoi|explications?|gentillesse|"
    r"informations?|mail|message|précisions?|rapidité|réactivité|renseignements?|réponses?|retour|travail"
)
_FOR = rf"(?:pour |de |d')?(?:votre |vos |cette |ces |ce |cet |la |le |les |l')?(?:{_GIVEN})(?: rapide| précieuse)?"
_FOR_IN_ENGLISH = r"for (?:your|the) (?:quick |prompt )?(?:answer|assistance|help|reply|response|time)"
_THANKS = re.compile(
    r"(?:(?:bien reçu|parfait|c'est parfait|très bien|super|ok|d'accord),? ?)?"
    r"(?:un (?:très )?grand |mille |je vous dis )?(?:merci|mercis|remerciements?|(?:je|nous) vous remerci(?:e|ons)|"
    r"avec (?:tous )?mes remerciements|thanks|thank you)"
    rf"(?: (?:beaucoup|infiniment|encore|bien|à vous|à tous|à toutes|(?:very |so )?much|madame|monsieur))*"
    rf"(?: (?:{_FOR}(?: et {_FOR})*|{_FOR_IN_ENGLISH}))?"
)
_GREETING = re.compile(
    r"(?:bonjour|bonsoir|hello|hi|dear|madame|monsieur|madame,? monsieur|messieurs|mesdames|chère? \w+)"
    r"(?: (?:madame|monsieur|sir|madam|à tous))?"
)
_BY_NAME = re.compile(
    r"(?i:(?:bonjour |bonsoir |chère? )?(?:madame|monsieur|mme)) [A-ZÀ-Ý][\w'’-]++(?: [A-ZÀ-Ý][\w'’-]++)?"
)
_CLOSING = re.compile(
    r"(?:bien )?cordialement(?: vôtre)?|salutations(?: \w+)?|bien à vous|respectueusement|"
    r"(?:très )?bonne (?:journée|soirée|continuation|fin de journée)(?: à vous)?|excellente journée|"
    r"sincères salutations|à bientôt|cdlt|bàv|(?:(?:best|kind|warm) )?regards|sincerely(?: yours)?|"
    r"have a (?:nice|good) day"
)
_DEVICE = (
    r"(?:(?:mon|ma|un|une) (?:appareil|android|galaxy|huawei|ipad|iphone|mac|messagerie|mobile|ordinateur|pc|"
    r"portable|samsung|smartphone|t[ée]l[ée]phone|tablette|windows|xiaomi)|l['’]application|la messagerie|courrier|"
    r"gmail|outlook|proton|webmail|yahoo)"
)
_QUOTED = re.compile(
    r"^(?:>|-{2,} ?|_{5,}|(?:(?:le|on)\b.{0,200})?(?:a écrit|wrote)\s?:$|"
    r"(?:de|from|envoyé|sent) ?:|"
    rf"envoyé (?:de|depuis|à partir (?:de|d['’]))\s?{_DEVICE}\b|"
    r"sent from\b|obtenir outlook|get outlook|télécharger outlook|provenance ?: courrier|garanti sans virus)",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"^((?:le|on)\b[^\n]{0,200})\n([^\n]{0,200}(?:a écrit|wrote)\s?:)$", re.IGNORECASE | re.MULTILINE
)
"""What stands before a quotation, on two lines: Gmail breaks what is long."""

_AROUND = " ,:-\t\u00a0"
_SENTENCES = re.compile(r"[\n.!…;]+")
_TELEPHONE = re.compile(r"(?:(?i:tél|tel|mobile|port)\b\s?:?\s?)?\+?\d[\d ()-]{7,20}")
_NAME = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ'’-]++(?:[ ,]++[A-ZÀ-Ý][\w'’-]*+){0,3}")
"""« Camille Durand », « Camille DURAND » : each word begins with a capital."""


def says_thanks(words: str) -> bool:
    """Tell whether some words thank and say no more; their case and the punctuation around them do not matter.

    >>> says_thanks("Merci pour votre réponse !"), says_thanks("Merci de me répondre")
    (True, False)
    """
    return _THANKS.fullmatch(plain_spelling(words).casefold().strip(" ,;:!.…()-")) is not None


def only_thanks(text: str, *, is_whole: bool = True) -> bool:
    """Tell whether a mail's text only thanks: greetings, a closing and a name say nothing more.

    What it quotes is not its own; whoever writes below a quotation says more, and so may what was not read.

    Args:
        text: The text, or its beginning.
        is_whole: Whether nothing of it is missing.

    >>> only_thanks("Bonjour,\\nMerci pour votre aide.\\nCordialement,\\nCamille\\n\\nLe 3 mars, X a écrit :\\n> Oui")
    True
    >>> only_thanks("Merci. Et mon passeport ?"), only_thanks("Merci.\\n> Lequel ?\\nCelui de mon fils")
    (False, False)
    """
    lines = _WRAPPED.sub(r"\1 \2", "\n".join(line.strip() for line in text.splitlines())).split("\n")
    quoted = next((number for number, line in enumerate(lines) if _QUOTED.match(line)), len(lines))
    said = "\n".join(lines[:quoted]).strip()
    if not said or len(said) > LONGEST_THANKS or "?" in said or _goes_on(lines[quoted:], is_whole=is_whole):
        return False
    sentences = (piece.strip(_AROUND) for piece in _SENTENCES.split(said))
    return _thanks([part for sentence in sentences for part in _parts(sentence) if part])


def _parts(sentence: str) -> list[str]:
    """Return what commas part of a sentence that is not known as a whole."""
    folded = plain_spelling(sentence).casefold()
    if says_thanks(sentence) or _GREETING.fullmatch(folded) or _NAME.fullmatch(sentence):
        return [sentence]
    return [part.strip(_AROUND) for part in sentence.split(",")]


def _goes_on(quoted: list[str], *, is_whole: bool) -> bool:
    """Tell whether something may stand below a quotation that is marked line by line."""
    marked = [number for number, line in enumerate(quoted) if line.startswith(">")]
    return bool(marked) and (not is_whole or any(quoted[marked[-1] + 1 :]))


def _thanks(sentences: list[str]) -> bool:
    """Tell whether sentences thank, between a greeting and a closing.

    A name may follow either, as the last; several, and telephone numbers, a closing.
    """
    has_thanked = has_closed = False
    for number, sentence in enumerate(sentences, 1):
        folded = plain_spelling(sentence).casefold()
        is_signed = has_thanked and (has_closed or number == len(sentences))
        if is_signed and _NAME.fullmatch(sentence) and not says_thanks(sentence):
            continue
        if has_thanked and _TELEPHONE.fullmatch(sentence):
            continue
        if _CLOSING.fullmatch(folded):
            has_closed = True
        elif not has_closed and says_thanks(sentence):
            has_thanked = True
        elif has_closed or not (_GREETING.fullmatch(folded) or _BY_NAME.fullmatch(sentence)):
            return False
    return has_thanked
