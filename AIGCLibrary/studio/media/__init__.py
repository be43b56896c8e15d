"""The generator: real video, image, audio and bundle files, and the ways in which they can be wrong."""
