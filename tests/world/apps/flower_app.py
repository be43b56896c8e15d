"""A Celery task behind Flower; the input `fail` decides what becomes of it."""

import os
import time

from celery import Celery

REDIS = os.environ["REDIS"]
app = Celery("toy", broker=REDIS, backend=REDIS)
app.conf.update(task_track_started=True, worker_send_task_events=True, broker_connection_retry_on_startup=True)


@app.task(bind=True, name="toy.film", autoretry_for=(ConnectionError,), retry_kwargs={"max_retries": 1, "countdown": 1})
def film(self, prompt, seconds=1, fail=None):
    for step in range(int(seconds * 2)):
        time.sleep(0.5)
        self.update_state(state="PROGRESS", meta={"current": step + 1, "total": int(seconds * 2)})
    if fail == "policy":
        raise ValueError("content policy violation")
    if fail == "once" and not self.request.retries:
        raise ConnectionError("the node is lost")
    return {"files": ["http://127.0.0.1/film.mp4"], "prompt": prompt}
