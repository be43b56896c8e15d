"""Quality: looks at pictures and listens to sound, to find what a viewer would complain about."""
