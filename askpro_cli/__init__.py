"""askpro: the command line of the people who operate a phone-to-appointment platform."""

__version__ = "0.1.0"
