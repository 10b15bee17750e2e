"""The main job on real input, end to end: `./run demo`."""
