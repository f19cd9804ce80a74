"""The inbox for people: lists, timelines, exports."""
