"""One function and one transaction per use case."""
