"""Which mails of a citizen only say thank you: they open nothing."""

from __future__ import annotations

import re

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Mail
from mailsla.core.pairing.rules import PairingRules

_GIVEN = (
    r"accueil|aide|attention|compréhension|courriel|diligence|disponibilité|efficacité|envoi|explications?|gentillesse|"
    r"informations?|mail|message|précisions?|rapidité|réactivité|renseignements?|réponses?|retour|travail"
)
_FOR = rf"(?:pour |de |d')?(?:votre |vos |cette |ces |ce |cet |la |le |les |l')?(?:{_GIVEN})"
_THANKS = re.compile(
    r"(?:un (?:très )?grand |mille )?(?:merci|mercis|remerciements?|je vous remercie|thanks|thank you)"
    rf"(?: (?:beaucoup|infiniment|encore|bien|à vous|à tous|(?:very |so )?much))*(?: {_FOR}(?: et {_FOR})*)?"
)


def is_thanks(mail: Mail, rules: PairingRules) -> bool:
    """Tell whether a subject says thank you and no more; its punctuation does not matter.

    « Merci pour votre réponse » does; « Merci de me répondre » asks.
    """
    said = base_subject(mail.header.subject).strip(" !.…,;:")
    return said in rules.thanks_subjects or _THANKS.fullmatch(said) is not None
