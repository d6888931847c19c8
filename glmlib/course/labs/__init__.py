"""The live labs: pictures that answer one question each, moved by at most three controls."""
