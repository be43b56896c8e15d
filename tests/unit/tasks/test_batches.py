"""Batches: what does not move is not read again, what moves is, and what a list leaves out is asked for alone."""

from tests.unit.tasks.support import PLAIN

BATCH = (
    PLAIN
    + """    batch: {path: /tasks, query: {ids: "{ids}"}, items: body.items, item_id: id}
"""
)


class Product:
    """Tasks 1, 2 and 3; each answer of the list comes from a script."""

    def __init__(self, *lists):
        self.lists, self.made = list(lists), None

    def __call__(self, method, path, more):
        if method == "POST":
            return 200, {"id": str(sum(sent[0] == "POST" for sent in self.made.http.sent))}
        if path.startswith("/tasks?"):
            states = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
            return 200, {"items": [{"id": name, "status": state, "output": ["u"]} for name, state in states.items()]}
        state = self.lists[0].get(path.rsplit("/")[-1], "done")
        return 200, {"status": state, "output": [path]}


async def awaited(bench, product, count=3):
    made = product.made = bench(product, BATCH)
    handles = [await made.submitted() for _ in range(count)]
    return made, await made.tasks.wait_all(handles)


class Scripted(Product):
    """Each task goes through its own script, one step a question, however questions are put together."""

    def __init__(self, **scripts):
        super().__init__({})
        self.scripts = {name.removeprefix("task_"): list(script) for name, script in scripts.items()}

    def __call__(self, method, path, more):
        if path.startswith("/tasks?"):
            asked = [name for name in self.scripts if name in path.partition("=")[2]]
            self.lists = [{name: self._next(name) for name in asked}]
        elif method == "GET":
            name = path.rsplit("/")[-1]
            self.lists = [{name: self._next(name)}]
        return super().__call__(method, path, more)

    def _next(self, name):
        script = self.scripts[name]
        return script.pop(0) if len(script) > 1 else script[0]


async def test_answers_that_stay_the_same_count_as_questions_and_change_nothing(bench):
    moves = ["running", "running", "running", "running", "done"]
    product = Scripted(task_1=moves, task_2=moves, task_3=["queued", "queued", "queued", "running", "done"])
    _, results = await awaited(bench, product)
    assert [result["state"] for result in results] == ["completed"] * 3
    assert [result["polls"] for result in results] == [5, 5, 5]
    assert [moment["state"] for moment in results[2]["history"]] == ["queued", "queued", "processing", "completed"]
    assert [moment["state"] for moment in results[0]["history"]] == ["queued", "processing", "completed"]


async def test_a_task_that_the_list_leaves_out_is_asked_for_alone(bench):
    product = Product({"1": "running", "2": "running"}, {"1": "done", "2": "done"})
    made, results = await awaited(bench, product)
    assert results[2]["result"]["files"][0]["url"].endswith("/tasks/3")
    assert any(sent[1] == "/tasks/3" for sent in made.http.sent)


async def test_a_diagnosis_shows_the_last_answer_about_the_task_itself(bench):
    product = Scripted(task_1=["running"], task_2=["running"], task_3=["running"] * 3 + ["done"])
    made = product.made = bench(product, BATCH)
    handles = [await made.submitted() for _ in range(3)]
    await made.tasks.wait_any(handles)
    task = await made.tasks.task(handles[0])
    assert task.last_body == b""  # the answer was one of many; that to the order is none about its state
    asked = task.polls
    found, _ = await made.tasks.reports.diagnosis(handles[0])
    assert '"running"' in found["last_body"]
    assert found["curl"].endswith("/tasks/1")
    assert found["polls"] == asked + 1


async def test_many_tasks_stay_in_the_batches_they_are_in_however_long_asking_takes(bench):
    lists = []

    class Slow(Product):
        def __call__(self, method, path, more):
            if path.startswith("/tasks?"):
                ids = path.partition("=")[2].split(",")
                lists.append(ids)
                self.lists = [dict.fromkeys(ids, "done" if len(lists) > 60 else "running")]
                made.clock.time += 0.07
            return super().__call__(method, path, more)

    product = Slow({})
    made = product.made = bench(product, BATCH)
    sla = {"timeout": "1 h", "min_poll_interval": 2, "max_poll_interval": 2}
    handles = [await made.submitted(sla=sla) for _ in range(300)]
    await made.tasks.wait_all(handles)
    settled = [tuple(ids) for ids in lists[30:60]]
    assert len(set(settled)) == len(settled) / 10  # the same lists in each round
    assert all(len(ids) >= 50 for ids in settled)
