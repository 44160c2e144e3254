"""Who uses the platform: accounts, logins, keys, and the record of acts on others' data."""
