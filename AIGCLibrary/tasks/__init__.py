"""Generation tasks of products: submit, track, wait, cancel, retry; and what is known about each.

service.py        the facade that keywords call; its parts:
  submitter.py    submits once, also when the answer is lost; queue.py, permits.py, leases.py hold submissions back
  waits.py        waits for one, all or any task; timeouts (prediction.py, histories.py), errors (failures.py)
  actions.py      cancels and verifies it; retries
  costs.py        what was spent, and budgets that refuse the next submission (budgets.py)
poller.py         `TaskObserver` polls every watched task on one loop
  poll_schedule.py   heap of the next polls; planner.py, poll_interval.py, schedule.py compute the interval
  watch.py        one watched task with its waiters and limits
  transitions.py  what an answer changes in a task
client.py         requests to one product
  providers/      descriptions of task APIs: YAML to objects, and the reading of answers
  push/           webhooks and event streams, which replace polls
record.py         the record of one task; registry.py keeps all of them in memory and in the store
compact.py        every memory trick, with its reason
views.py          what testers see of a task: results; diagnosis.py, timeline.py, pages/ the evidence and its HTML
"""
