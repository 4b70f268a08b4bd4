"""The grammar: sentences for facts, in English and Chinese."""
