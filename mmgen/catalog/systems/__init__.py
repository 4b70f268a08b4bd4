"""Exports of shop systems, recognised by their header and read as these systems mean them: one TOML file a system."""
