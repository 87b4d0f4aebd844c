"""What a survey promises, and to whom it promises nothing, as pure functions of its settings."""
