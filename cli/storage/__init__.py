"""Blob containers of the service's storage account: their files, sent and fetched."""
