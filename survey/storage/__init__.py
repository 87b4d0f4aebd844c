"""The tables, the engine rules, the queries and the migrations. Only services and app come here."""
