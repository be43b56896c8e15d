"""Speech in a sound: where it is, whether it is cut off at the end, whether captions are in step with it."""
