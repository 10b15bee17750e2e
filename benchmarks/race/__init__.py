"""The parts of `./run bench scoring`: data, contenders, and what is measured of each run."""
