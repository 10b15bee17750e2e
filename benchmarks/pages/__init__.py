"""The parts of `./run bench studio`: a browser that counts, many jobs, and a long one."""
