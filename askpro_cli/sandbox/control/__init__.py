"""What operators and tests steer: `/_sandbox/…`, faults, the request journal."""
