"""What is asked: frozen definitions, and the reading and checking of questionnaire files."""
