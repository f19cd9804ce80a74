"""``python -m askpro_cli``: the program where its script is not on the path."""

from __future__ import annotations

import sys

from askpro_cli.shell.main import main

if __name__ == "__main__":
    sys.exit(main())
