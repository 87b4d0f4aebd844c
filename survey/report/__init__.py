"""The core's one entry point: from answers through the door to a report."""
