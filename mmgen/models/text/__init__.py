"""The text decoder: vocabulary, sentences' form, sampling."""
