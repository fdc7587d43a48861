"""Extractors: what reads a document and says what it tells. Rules here, any OpenAI-compatible endpoint elsewhere."""
