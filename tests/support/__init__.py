"""What tests stand on: a PostgreSQL server and a browser of their own."""
