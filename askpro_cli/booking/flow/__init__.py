"""From a company, a service and a time to an appointment that cannot half-happen."""
