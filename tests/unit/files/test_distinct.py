"""Files of one batch that show the same."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.store import tables
from tests.unit.files.conftest import scene, studio_video


@pytest.fixture
def engine(tmp_path):
    made = Engine(Settings(store=f"sqlite:///{tmp_path}/a.db").identified({}), directory=tmp_path)
    yield made
    made.close()


def image(picture, form="PNG", **options):
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def processed(engine, files, **options):
    sources = [{"source": data, "name": name} for name, data in files.items()]
    reports = engine.loop.run(engine.files.process_all(sources, **options))
    return {report.name: [f.message for f in report.findings if f.rule == "distinct"] for report in reports}, reports


def test_pictures_and_films_that_show_the_same_are_found_whatever_their_encoding(engine):
    film = studio_video(seconds=1.0, seed=3)
    files = {
        "a.png": image(scene(1)),
        "b.png": image(scene(2)),
        "c.jpg": image(scene(1).resize((400, 224)), "JPEG", quality=50),
        "d.mp4": film,
        "e.mp4": studio_video(seconds=1.0, seed=4),
        "f.mp4": studio_video(seconds=1.0, seed=3, width=480, height=270),
        "g.png": image(scene(2)),
        "h.txt": b"one",
        "i.png": image(Image.new("RGB", (64, 64), (9, 9, 9))),
    }
    found, reports = processed(engine, files, distinct=True)
    assert {name for name, messages in found.items() if messages and "compared" not in messages[0]} == {
        "c.jpg", "f.mp4", "g.png",
    }  # fmt: skip
    assert found["g.png"] == ["The file is that of '(content)'."]
    assert found["h.txt"] == found["i.png"] == ["Only its bytes were compared with those of the other files."]
    assert [report.success for report in reports] == [True, True, False, True, True, False, False, True, True]
    rows = engine.store.query(select(tables.finding).where(tables.finding.c.rule == "distinct"))
    assert sum(row["severity"] == "error" for row in rows) == 3
    assert len(engine.store.query(select(tables.file_report))) == len(files)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_animations_that_begin_alike_are_not_taken_for_the_same(engine, form):
    first = [image(scene(1), form, save_all=True, append_images=[scene(n)], duration=200) for n in (2, 3)]
    found, reports = processed(engine, {"a": first[0], "b": first[1], "c": first[0]}, distinct=True)
    assert [report.success for report in reports] == [True, True, False]
    assert found["c"] == ["The file is that of '(content)'."]


def test_a_batch_is_not_compared_unless_that_is_asked_for(engine):
    found, reports = processed(engine, {"a.png": image(scene(1)), "b.png": image(scene(1))})
    assert found == {"a.png": [], "b.png": []}
    assert all(report.success for report in reports)
