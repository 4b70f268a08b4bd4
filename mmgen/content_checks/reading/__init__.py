"""How a text is read: its tokens, words, numbers and claims."""
