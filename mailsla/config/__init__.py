"""The configuration file, read once into one frozen value."""

from mailsla.config.loading import load, parse
from mailsla.config.settings import Account, Settings, Smtp

__all__ = ["Account", "Settings", "Smtp", "load", "parse"]
