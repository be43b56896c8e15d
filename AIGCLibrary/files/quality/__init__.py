"""Quality: looks at pictures and listens to sound, to tell what a viewer would complain about."""
