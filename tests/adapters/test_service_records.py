"""What the DNS says of a domain's servers, asked of a real server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from mailsla.adapters.access.service_records import MOST_RECORDS, mail_exchangers, service_records
from mailsla.core.collection.mail_servers import IMAPS, Target


@contextmanager
def dns_server(records: list[str], kind: str = "SRV") -> Iterator[dns.resolver.Resolver]:
    """Answer every question by these records, or by NXDOMAIN without any; give who asks it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                try:
                    raw, asker = line.recvfrom(4_096)
                except OSError:
                    return
                question = dns.message.from_wire(raw)
                answer = dns.message.make_response(question)
                if records:
                    name = question.question[0].name
                    answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
                else:
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                line.sendto(answer.to_wire(), asker)

        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], line.getsockname()[1]
        yield resolver


def test_what_a_domain_says_is_returned_by_priority() -> None:
    with dns_server(["20 0 993 b.example.fr.", "10 5 993 a.example.fr."]) as resolver:
        found = service_records("example.fr", IMAPS, resolver)

    assert found == [Target(10, 5, 993, "a.example.fr."), Target(20, 0, 993, "b.example.fr.")]


def test_a_domain_that_says_nothing_has_none_and_one_that_says_much_has_some() -> None:
    with dns_server([]) as resolver:
        assert service_records("example.fr", IMAPS, resolver) == []
    with dns_server([f"10 0 993 a{number}.example.fr." for number in range(12)]) as resolver:
        assert len(service_records("example.fr", IMAPS, resolver)) == MOST_RECORDS


def test_who_takes_a_domain_s_mail_is_returned() -> None:
    with dns_server(["10 cher-gouv-fr.mail.protection.outlook.com."], "MX") as resolver:
        assert mail_exchangers("cher.gouv.fr", resolver) == ["cher-gouv-fr.mail.protection.outlook.com."]
    with dns_server([]) as resolver:
        assert mail_exchangers("cher.gouv.fr", resolver) == []


def test_a_name_that_is_none_and_a_server_that_is_silent_give_none_in_time() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]

        assert service_records("example.fr", IMAPS, resolver, seconds=0.2) == []
        assert service_records("x" * 70 + ".fr", IMAPS, resolver, seconds=0.2) == []
