"""Descriptions, ad copy and creatives."""
