"""Buckets of other clouds as `Blobs`: Amazon S3, what speaks its protocol, Google Cloud Storage."""
