"""Every call of the official SDK that batch endpoints need; run by a Python that has it."""
