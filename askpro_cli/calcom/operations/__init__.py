"""What can be asked of Cal.com, one module a resource, and how a call is made."""
