"""Words that only thank: in a subject, or in the text of a mail that says no more."""

from __future__ import annotations

import re

from mailsla.core.mail.spelling import plain_spelling

LONGEST_THANKS = 300
"""Characters: whoever writes more than this says more."""

THANKS_VERSION = "2"
"""Raised whenever a text is found to thank that was not, or the reverse; kept with what was found."""

_GIVEN = (
    r"accueil|aide|attention|compréhension|courriel|diligence|disponibilité|efficacité|envoi|explications?|gentillesse|"
    r"informations?|mail|message|précisions?|rapidité|réactivité|renseignements?|réponses?|retour|travail"
)
_FOR = rf"(?:pour |de |d')?(?:votre |vos |cette |ces |ce |cet |la |le |les |l')?(?:{_GIVEN})(?: rapide| précieuse)?"
_THANKS = re.compile(
    r"(?:(?:bien reçu|parfait|c'est parfait|très bien|super|ok|d'accord),? ?)?"
    r"(?:un (?:très )?grand |mille |je vous dis )?(?:merci|mercis|remerciements?|(?:je|nous) vous remerci(?:e|ons)|"
    r"avec (?:tous )?mes remerciements|thanks|thank you)"
    rf"(?: (?:beaucoup|infiniment|encore|bien|à vous|à tous|à toutes|(?:very |so )?much|madame|monsieur))*"
    rf"(?: {_FOR}(?: et {_FOR})*)?"
)
_GREETING = re.compile(
    r"(?:bonjour|bonsoir|madame|monsieur|madame,? monsieur|messieurs|mesdames|chère? \w+)"
    r"(?: (?:madame|monsieur|à tous))?"
)
_CLOSING = re.compile(
    r"(?:bien )?cordialement(?: vôtre)?|salutations(?: \w+)?|bien à vous|respectueusement|"
    r"(?:très )?bonne (?:journée|soirée|continuation|fin de journée)(?: à vous)?|excellente journée|"
    r"sincères salutations|à bientôt|cdlt|bàv"
)
_QUOTED = re.compile(
    r"^(?:>|-{2,} ?|_{5,}|(?:le|on)\b.{0,200}(?:a écrit|wrote)|(?:de|from|envoyé|sent) ?:|envoyé (?:de|depuis)\b|"
    r"sent from\b|obtenir outlook|get outlook|télécharger outlook)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[\n.!…;]+")
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
    lines = [line.strip() for line in text.splitlines()]
    quoted = next((number for number, line in enumerate(lines) if _QUOTED.match(line)), len(lines))
    said = "\n".join(lines[:quoted]).strip()
    if not said or len(said) > LONGEST_THANKS or "?" in said or _goes_on(lines[quoted:], is_whole=is_whole):
        return False
    return _thanks(
        [part for part in (piece.strip(" ,:-\t\u00a0") for piece in _SENTENCES.split(said)) if part]
    )


def _goes_on(quoted: list[str], *, is_whole: bool) -> bool:
    """Tell whether something may stand below a quotation that is marked line by line."""
    marked = [number for number, line in enumerate(quoted) if line.startswith(">")]
    return bool(marked) and (not is_whole or any(quoted[marked[-1] + 1 :]))


def _thanks(sentences: list[str]) -> bool:
    """Tell whether sentences thank, between a greeting and a closing; a name may follow either, as the last."""
    has_thanked = has_closed = False
    for number, sentence in enumerate(sentences, 1):
        folded = plain_spelling(sentence).casefold()
        if (
            has_thanked
            and number == len(sentences)
            and _NAME.fullmatch(sentence)
            and not says_thanks(sentence)
        ):
            return True
        if _CLOSING.fullmatch(folded):
            has_closed = True
        elif not has_closed and says_thanks(sentence):
            has_thanked = True
        elif has_closed or not _GREETING.fullmatch(folded):
            return False
    return has_thanked
