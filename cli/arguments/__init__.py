"""The flags of each noun: names, short names, help, as az ml has them."""
