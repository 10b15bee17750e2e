"""The deployment kit, as far as it can be held without Azure."""
