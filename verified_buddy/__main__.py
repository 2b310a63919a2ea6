"""``python -m verified_buddy`` is ``verified-buddy``."""

from verified_buddy.cli import main

main(prog_name="verified-buddy")
