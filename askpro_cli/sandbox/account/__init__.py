"""People, teams, schedules, event types and calendars."""
