"""About the wheels and the sdist in the folder that `--dist` names: `make check-wheels` runs this."""
