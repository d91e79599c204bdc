"""Runs the command line: `python -m mailsla`."""

from mailsla.cli import main

if __name__ == "__main__":
    main()
