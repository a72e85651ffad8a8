"""An emulated Telegram: its Bot API over HTTP, its state and its faults."""
