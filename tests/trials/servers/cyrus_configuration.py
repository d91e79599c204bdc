"""Configuration of a private Cyrus IMAP 3."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from imapclient import imap_utf7

from tests.trials.servers.certificates import CertificateAuthority
from tests.trials.servers.imap_server import ServerPorts
from tests.trials.servers.loopback import ADDRESSES

# The user who may delete the mailboxes of any other.
ADMINISTRATOR = "administrator"
# The domain of the users who have none.
SERVER_NAME = "localhost"


@dataclass(frozen=True)
class CyrusPaths:
    """Where one server keeps its things, all below `root`."""

    root: Path

    @property
    def imapd_conf(self) -> Path:
        return self.root / "imapd.conf"

    @property
    def cyrus_conf(self) -> Path:
        return self.root / "cyrus.conf"

    @property
    def pid_file(self) -> Path:
        return self.root / "pid"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def passwords(self) -> Path:
        return self.root / "sasldb2"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def sessions(self) -> Path:
        """One file for each process that serves a user, named by its number."""
        return self.state / "proc"

    def telemetry(self, user: str) -> Path:
        """Where Cyrus writes the user's sessions, provided that it exists."""
        return self.state / "log" / user

    def directories(self) -> tuple[Path, ...]:
        """Return the directories that Cyrus does not make itself, parents first."""
        below = ("db", "log", "proc", "socket")
        return (self.spool, self.state, *(self.state / name for name in below))


def imapd_conf(
    *,
    paths: CyrusPaths,
    special_use: Mapping[str, str],
    certificates: CertificateAuthority,
    dotted: bool = False,
) -> str:
    """Return the text of imapd.conf, which every program of Cyrus reads."""
    return f"""\
configdirectory: {paths.state}
partition-default: {paths.spool}
servername: {SERVER_NAME}
admins: {ADMINISTRATOR}

sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {paths.passwords}
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
network_allowplaintext: no
# A user is the whole address.
virtdomains: userid
# The default makes each refused password wait for 3 s.
failedloginpause: 0

tls_server_cert: {certificates.certificate_pem}
tls_server_key: {certificates.key_pem}

altnamespace: {"no" if dotted else "yes"}
unixhierarchysep: {"no" if dotted else "yes"}
# Mailboxes come with the first login, without a quota.
autocreate_quota: 0
autocreate_post: yes
{_mailboxes(special_use)}
# Otherwise a deleted mailbox is kept under another name.
delete_mode: immediate

telemetry_bysessionid: yes
"""


def cyrus_conf(*, paths: CyrusPaths, ports: ServerPorts, binaries: Path) -> str:
    """Return the text of cyrus.conf, which tells the main process what to start."""

    def run(program: str) -> str:
        return f"{binaries / program} -C {paths.imapd_conf}"

    _host, network = ADDRESSES
    return f"""\
START {{
  recover cmd="{run("ctl_cyrusdb")} -r"
}}
SERVICES {{
  imap cmd="{run("imapd")}" listen="127.0.0.1:{ports.imap}" prefork=1
  network cmd="{run("imapd")}" listen="{network}:{ports.imap}" prefork=0
  imaps cmd="{run("imapd")} -s" listen="127.0.0.1:{ports.imaps}" prefork=0
  lmtp cmd="{run("lmtpd")} -a" listen="127.0.0.1:{ports.lmtp}" prefork=0
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{run("idled")}"
}}
"""


def modified_utf7(name: str) -> str:
    """Return a mailbox name as IMAP and Cyrus write it (RFC 3501, 5.1.3).

    >>> modified_utf7("Éléments envoyés & lus")
    '&AMk-l&AOk-ments envoy&AOk-s &- lus'
    """
    encoded: bytes = imap_utf7.encode(name)
    return encoded.decode("ascii")


def _mailboxes(special_use: Mapping[str, str]) -> str:
    # Cyrus does not start with an option that has no value.
    if not special_use:
        return ""
    names = "|".join(modified_utf7(name) for name in special_use.values())
    lines = [f"autocreate_inbox_folders: {names}", f"autocreate_subscribe_folders: {names}"]
    lines += [f"xlist-{role[1:].lower()}: {modified_utf7(name)}" for role, name in special_use.items()]
    return "\n".join(lines)
