"""Background work of the server: closing surveys, sending mails, tidying up."""
