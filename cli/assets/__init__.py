"""Assets from local files: what a version needs, uploaded and registered."""
