"""Use cases: what people do with the registry and with jobs, one verb a file, without HTTP."""
