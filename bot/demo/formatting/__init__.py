"""Texts, entities, keyboards and rich messages, validated as by Telegram."""
