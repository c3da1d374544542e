"""pytest fixtures: a test server, its URL and a connection (loaded by pytest through the entry point)."""
