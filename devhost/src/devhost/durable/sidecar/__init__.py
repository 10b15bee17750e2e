"""The gRPC service that the clients of the Durable SDK talk to."""
