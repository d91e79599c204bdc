"""Configuration of a private Dovecot 2.3 (2.4 has another syntax)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.trials.servers.certificates import CertificateAuthority
from tests.trials.servers.imap_server import ServerPorts
from tests.trials.servers.loopback import ADDRESSES
from tests.trials.servers.server_process import Account

TOKENS = """\
auth_mechanisms = {passwords}xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {path}
}}
"""


MOST_MESSAGES = 20
"""What a user of a server with `SHARING` may keep, all mailboxes together."""

SHARING = """\
mail_plugins = acl quota
protocol imap {{
  mail_plugins = acl quota imap_acl imap_quota
}}
namespace shared {{
  type = shared
  prefix = Partages/%%u/
  separator = /
  location = maildir:%%h/Maildir:INDEXPVT=~/private/%%u
  subscriptions = no
  list = children
}}
plugin {{
  acl = vfile
  acl_shared_dict = file:{paths.shared_mailboxes}
  quota = count:User quota
  quota_rule = *:messages={most}
  quota_vsizes = yes
}}
"""


@dataclass(frozen=True)
class DovecotPaths:
    """Where one server keeps its things, all below `root`."""

    root: Path

    @property
    def configuration(self) -> Path:
        return self.root / "dovecot.conf"

    @property
    def runtime(self) -> Path:
        return self.root / "run"

    @property
    def homes(self) -> Path:
        return self.root / "homes"

    @property
    def rawlogs(self) -> Path:
        return self.root / "rawlogs"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def changed_passwords(self) -> Path:
        """One file for each user whose password is not everybody's."""
        return self.root / "changed-passwords"

    @property
    def shared_mailboxes(self) -> Path:
        """Where Dovecot notes who shares something."""
        return self.root / "homes" / "shared-mailboxes"

    @property
    def closed_accounts(self) -> Path:
        return self.root / "closed-accounts"

    @property
    def oauth2(self) -> Path:
        return self.root / "oauth2.conf.ext"

    @property
    def post_login(self) -> Path:
        return self.root / "post-login"

    def maildir(self, user: str) -> Path:
        return self.homes / user.lower() / "Maildir"

    def rawlog(self, user: str) -> Path:
        return self.rawlogs / user.lower()


def post_login_script(paths: DovecotPaths) -> str:
    """Return the script that makes the directory without which Dovecot writes no rawlog."""
    return f'#!/bin/sh\n[ -d "{paths.rawlogs}/$USER" ] || mkdir -p "{paths.rawlogs}/$USER"\nexec "$@"\n'


def dovecot_configuration(
    *,
    paths: DovecotPaths,
    ports: ServerPorts,
    password: str,
    special_use: Mapping[str, str],
    certificates: CertificateAuthority,
    account: Account,
    introspection_url: str | None = None,
    passwords: bool = True,
    shared: bool = False,
    rawlog: bool = True,
    capability: str | None = None,
) -> str:
    """Return the text of dovecot.conf."""
    tokens = (
        ""
        if introspection_url is None
        else TOKENS.format(path=paths.oauth2, passwords="plain login " if passwords else "")
    )
    sharing = SHARING.format(paths=paths, most=MOST_MESSAGES) if shared else ""
    mailboxes = "\n".join(_mailbox(name, role) for role, name in special_use.items())
    return f"""\
base_dir = {paths.runtime}
state_dir = {paths.runtime}
log_path = {paths.log}
protocols = imap lmtp
listen = {", ".join(ADDRESSES)}

# The cache of a hundred thousand headers does not fit into the usual 256 MB of addresses.
default_vsz_limit = 2G
default_internal_user = {account.user}
default_internal_group = {account.group}
default_login_user = {account.user}
first_valid_uid = 1
mail_uid = {account.user}
mail_gid = {account.group}

ssl = yes
ssl_cert = <{certificates.certificate_pem}
ssl_key = <{certificates.key_pem}
disable_plaintext_auth = yes

auth_username_format = %Lu
# A refused password otherwise delays every later login from the same address, for seconds.
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = {paths.changed_passwords}/%u
}}
passdb {{
  driver = passwd-file
  deny = yes
  args = {paths.closed_accounts}/%u
}}
{tokens}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={paths.homes}/%u
}}

mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 200
recipient_delimiter = +
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}
{sharing}

service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = {ports.imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {ports.lmtp}
  }}
}}
{_rawlogs(paths, account) if rawlog else ""}
{"" if capability is None else f"imap_capability = {capability}"}
"""


def _rawlogs(paths: DovecotPaths, account: Account) -> str:
    return f"""\
service imap {{
  executable = imap imap-postlogin
}}
service imap-postlogin {{
  executable = script-login {paths.post_login}
  user = {account.user}
  unix_listener imap-postlogin {{
  }}
}}
protocol imap {{
  rawlog_dir = {paths.rawlogs}/%u
}}
"""


def _mailbox(name: str, role: str) -> str:
    return f'  mailbox "{name}" {{\n    special_use = {role}\n    auto = subscribe\n  }}'
