"""Pages: respondent, console and sign-in."""
