"""Commands: parse, call one use case, say what happened."""
