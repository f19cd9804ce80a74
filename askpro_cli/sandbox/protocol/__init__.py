"""What every route shares: requests, answers, texts, versions, keys, limits."""
