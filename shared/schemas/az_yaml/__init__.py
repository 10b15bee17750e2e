"""az ml's YAML files, of 2021 and of today, read to ARM JSON; errors say where they are."""
