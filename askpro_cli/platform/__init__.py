"""Our own records: engine, transactions, migrations."""
