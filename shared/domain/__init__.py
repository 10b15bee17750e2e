"""The rules of batch scoring: values in, values out, nothing of the world."""
