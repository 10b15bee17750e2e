"""The loader of az ml's YAML files."""
