"""The configuration file, read once into one frozen value."""

from mailsla.config.loading import is_readable, load, parse
from mailsla.config.servers import Account, Smtp
from mailsla.config.settings import Settings

__all__ = ["Account", "Settings", "Smtp", "is_readable", "load", "parse"]
