"""Subjects that only press for an answer, word by word."""

from __future__ import annotations

import pytest

from mailsla.core.pairing.new_question import Subjects, said

PRESSING = (
    "relance relances relancer relancez rappel rappels urgent urgente urgence svp encore aucun aucune "
    "toujours rien sans réponse reponse "
    "réponses retour attente attends dernier dernière derniere deuxième deuxieme seconde troisième troisieme"
).split()
AROUND = (
    "a d j l n s à ai au ce cette de des depuis du en est et eu fois il je jour jours la le les ma me mes mon merci no "
    "nous nouvelle nouvelles numéro numero part pas permets permettons "
    "plaît plait plus pour re restée 2 reçu reçue recu suis très tres vos votre vous 2ème 3eme 2e "
    "2nde courriel courriels demande demandes dossier mail mails message messages question"
).split()


@pytest.mark.parametrize("word", PRESSING)
def test_a_word_that_presses_asks_nothing(word: str) -> None:
    assert said(word, ()) == ""
    assert said(f"{word} passeport", ()) == f" {word} passeport "
    assert said(f"{word}x", ()) == f" {word}x "


@pytest.mark.parametrize("word", AROUND)
def test_a_word_beside_one_that_presses_asks_nothing_and_alone_may(word: str) -> None:
    assert said(f"{word} urgent", ()) == ""
    assert said(f"x{word} urgent", ()) == f" x{word} urgent "


@pytest.mark.parametrize(
    "subject",
    [
        "Relance n°2",
        "Je me permets de vous relancer",
        "Demande restée sans réponse",
        "Aucun retour à ce jour",
    ],
)
def test_a_whole_line_that_presses_asks_nothing(subject: str) -> None:
    assert said(subject, ()) == ""
    assert said(f"{subject} : passeport", ()).endswith(" passeport ")


@pytest.mark.parametrize("subject", ["Relance 12", "Numéro 2", "Demande restée", "Relance économique"])
def test_a_number_of_a_file_or_another_word_asks(subject: str) -> None:
    assert said(subject, ())


def test_words_that_press_here_are_the_site_s_own() -> None:
    assert said("Coucou", ()) == " coucou "
    assert said("Coucou votre demande", ("coucou",)) == ""
    assert said("...", ()) == said("", ()) == ""


@pytest.mark.parametrize(
    "written",
    "sans objet;sans sujet;aucun objet;aucun sujet;pas de sujet;pas d'objet;no subject".split(";"),
)
def test_a_programs_words_for_no_subject_ask_nothing_new(written: str) -> None:
    exchange = Subjects()
    exchange.add("RE : Carte grise")

    for subject in (f"({written})", f"Re: ({written.capitalize()})", f"<{written}>", written.upper()):
        assert not exchange.is_new(subject)
    assert exchange.is_new(f"{written} de mon courrier")
