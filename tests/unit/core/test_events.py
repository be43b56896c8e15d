"""The bus delivers by class, and a bad subscriber disturbs nobody."""

from AIGCLibrary.events import Bus, Event, MetricRecorded


def metric(name="m"):
    return MetricRecorded(at=1.0, name=name, value=2.0)


def test_subscribers_of_the_class_and_of_its_base_are_reported():
    bus, seen = Bus(), []
    bus.subscribe(MetricRecorded, lambda e: seen.append(("metric", e.name)))
    bus.subscribe(Event, lambda e: seen.append(("any", e.at)))
    bus.emit(metric())
    assert seen == [("metric", "m"), ("any", 1.0)]


def test_a_failing_subscriber_disturbs_neither_emitter_nor_others(caplog):
    bus, seen = Bus(), []
    bus.subscribe(MetricRecorded, lambda e: 1 / 0)
    bus.subscribe(MetricRecorded, seen.append)
    bus.emit(metric())
    assert len(seen) == 1
    assert "MetricRecorded failed" in caplog.text


def test_a_subscription_can_end():
    bus, seen = Bus(), []
    end = bus.subscribe(MetricRecorded, seen.append)
    end()
    bus.emit(metric())
    assert not seen
