"""Topics that chats follow: their queries, settings and due times."""
