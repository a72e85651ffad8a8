"""Texts, entities and rich messages, checked as Telegram checks them."""
