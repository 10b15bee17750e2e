"""Loading a function app, and running its functions in threads or in child processes."""
