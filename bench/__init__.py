"""The benchmark suite: ``python -m bench``. Its parts import little: a child is told to hold what this process held."""
