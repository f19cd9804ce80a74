"""Jobs over many event types: the cache filled ahead, and compared with what Cal.com offers."""
