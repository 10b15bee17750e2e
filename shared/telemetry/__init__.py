"""What is told of jobs: spans, metrics and log lines, and the port through which they leave."""
