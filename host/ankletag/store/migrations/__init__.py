"""How the store's tables came about, step by step."""
