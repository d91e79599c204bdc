"""A real Postfix on a loopback port that takes our mails and delivers them to Dovecot, by LMTP; it sends nothing out.

It needs root, as Postfix does (its own users, `postfix` and `postdrop`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.loopback import free_port, greets, wait_until
from tests.trials.servers.sasl_passwords import SaslPasswords
from tests.trials.servers.server_process import Account as SystemAccount
from tests.trials.servers.server_process import ServerDirectory, ServerProcess
from tests.trials.servers.startable import Startable

_START_SECONDS = 30.0
_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.pref.example.fr
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {folder}/maillog
maillog_file_prefixes = /var, /tmp
virtual_mailbox_domains = example.fr, pref.example.fr
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
local_transport = error:5.7.1 nothing leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit
message_size_limit = 200000
smtpd_tls_chain_files = {key}, {certificate}
smtpd_tls_security_level = encrypt
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
bounce_queue_lifetime = 0
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {domain}
cyrus_sasl_config_path = {folder}/sasl
"""

_SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {passwords}
mech_list: PLAIN LOGIN
"""

DOMAIN = "pref.example.fr"
"""Of the users who log in."""


class PostfixServer(Startable):
    """Postfix in front of a Dovecot: STARTTLS is required, and recipients may be refused one by one.

    At `port` it takes no password; at `submission_port` nothing without that of a user of `password_of`.

    Args:
        dovecot: Where mails are delivered, and whose certificate is shown.
    """

    def __init__(self, dovecot: DovecotServer) -> None:
        if os.geteuid() != 0:
            raise RuntimeError("Postfix needs root: run these tests as root")
        binary = shutil.which("postfix", path=f"{os.environ['PATH']}:/usr/sbin")
        if binary is None:
            raise RuntimeError("Postfix is missing: run .ci/install-servers")
        self.host, self.port, self.submission_port = "localhost", free_port(), free_port()
        self._binary, self._dovecot = binary, dovecot
        self._directory: ServerDirectory | None = None
        self._process: ServerProcess | None = None
        self._passwords: SaslPasswords | None = None

    def start(self) -> None:
        """Start, with an empty queue, and return once it greets."""
        root = SystemAccount.named("root")
        self._directory = ServerDirectory("postfix", root)
        folder = self._directory.path
        folder.chmod(0o755)
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "queue").mkdir()
        (folder / "access").write_text("", encoding="ascii")
        shown = self._dovecot.certificates
        key, certificate = (
            Path(shutil.copy(path, folder)) for path in (shown.key_pem, shown.certificate_pem)
        )
        reader, passwords = SystemAccount.named("postfix"), folder / "sasl" / "passwords"
        passwords.parent.mkdir()
        reader.own(passwords.parent)
        self._passwords = SaslPasswords(passwords, reader)
        # Debian looks nowhere else, whatever cyrus_sasl_config_path says.
        (folder / "sasl" / "smtpd.conf").write_text(_SASL.format(passwords=passwords), encoding="ascii")
        written = _MAIN.format(
            folder=folder, lmtp=self._dovecot.lmtp_port, key=key, certificate=certificate, domain=DOMAIN
        )
        (folder / "main.cf").write_text(written, encoding="ascii")
        (folder / "master.cf").write_text(
            _SERVICES.format(port=self.port, submission=self.submission_port), encoding="ascii"
        )
        self._process = ServerProcess(
            [self._binary, "-c", str(folder), "start-fg"],
            account=root,
            directory=folder,
            log_path=folder / "out",
        )
        wait_until(lambda: greets(self.port, b"220"), seconds=_START_SECONDS, what=self.log or "Postfix")

    def stop(self) -> None:
        """End it with its queue."""
        if self._directory is None or self._process is None:
            return
        self._do("stop")
        self._process.kill()
        self._directory.remove()
        self._directory = self._process = None

    def answers(self, by_recipient: Sequence[tuple[str, str]]) -> None:
        """From now on answer some recipients so (`450 4.2.0 …`, `550 5.1.1 …`), and take the others."""
        (self._folder / "access").write_text(
            "".join(f"{recipient} {answer}\n" for recipient, answer in by_recipient), encoding="ascii"
        )
        self._do("reload")

    def password_of(self, name: str, password: str) -> None:
        """Give a user of `DOMAIN` a password, or another one."""
        assert self._passwords is not None
        self._passwords.set(name, DOMAIN, password)

    @property
    def log(self) -> str:
        """What it wrote."""
        path = self._folder / "maillog"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @property
    def _folder(self) -> Path:
        assert self._directory is not None
        return self._directory.path

    def _do(self, command: str) -> None:
        subprocess.run([self._binary, "-c", str(self._folder), command], capture_output=True, check=False)
