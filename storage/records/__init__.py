"""What is stored, as frozen values.

Nothing here reads a clock, a file or the network. Times are aware and in UTC; a ``key`` of 0 means
"not stored yet"; chats, people and messages carry Telegram's own 64-bit ids.
"""
