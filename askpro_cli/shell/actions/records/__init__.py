"""The commands over the records: db, appointments, customers, phones, notifications, provision."""
