"""The folder that Alembic reads: `env.py` runs a migration, `versions` holds them."""
