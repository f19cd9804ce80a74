"""What people and monitors ask the daemon, and who may."""
