"""`python -m gridgov.cli`: the same as `gridgov`, for programs that know only their Python."""

from gridgov.cli import main

if __name__ == "__main__":
    main(prog_name="gridgov")
