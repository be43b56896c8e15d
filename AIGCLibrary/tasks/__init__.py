"""Generation tasks: submit, poll, wait, cancel, and the cost and diagnosis of each.

service.py      what a keyword calls: submit, track, wait, cancel, diagnose
submitting.py   sends an order once, also when the answer is lost; queue.py and permits.py limit how many run at once
observer.py     polls all running tasks from one schedule and reports what changed
applying.py     turns an answer into the state of a task
waits.py        waits for states, with timeouts predicted from history (histories.py, prediction.py)
providers/      descriptions of task APIs: YAML to objects, and the reading of answers
push/           webhooks and event streams, which replace polls
registry.py     tasks in memory and in the store
"""
