"""What is wrong with the running bot, and who is told of it."""
