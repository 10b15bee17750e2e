"""The mini-batches of one activity: downloads, tries, failed files, one after the other."""
