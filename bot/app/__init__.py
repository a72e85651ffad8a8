"""The running bot: settings, wiring, periodic jobs, start and shutdown."""
