"""What happens, in which order: pure generators."""
