"""What every room stands on: clock, money, ids, crypto, errors, embedded PostgreSQL. No tables, no Django models."""
