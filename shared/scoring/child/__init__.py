"""What runs inside the deployment's interpreter: standard library only, Python 3.7 to 3.14."""
