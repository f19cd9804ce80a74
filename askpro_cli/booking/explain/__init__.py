"""Why a time is not offered: rule by rule, as instants, with what was read to know it."""
