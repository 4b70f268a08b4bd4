"""``python -m mmgen.cli``: the command line where the package is not installed."""

from mmgen.cli import main

main(prog_name="mmgen")
