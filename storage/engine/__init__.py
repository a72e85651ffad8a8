"""The database engine: driver, lock, file and schema."""
