"""Upsert into the catalogue, receipts, rollback."""
