"""The service behind `Check Data Input`: prepares what is needed, sends the input, judges, and removes everything."""

import logging
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.data.addresses import own_address
from AIGCLibrary.data.clients import Clients
from AIGCLibrary.data.errors import PreparationError
from AIGCLibrary.data.inputs.trial import (
    InputOutcome,
    expectations,
    judge,
    kept_value,
    outcome_of_failure,
    outcome_of_success,
    trial_of,
)
from AIGCLibrary.data.options import OnFailure
from AIGCLibrary.data.preparation import Preparer, Site
from AIGCLibrary.data.preparation_request import PreparationRequest, Prepared
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.request import reading

log = logging.getLogger("aigc.data")


@dataclass(frozen=True, slots=True)
class InputTrials:
    """Tries inputs.

    Args:
        preparer: Prepares and removes.
        clients: Send the requests that read a thing back.
    """

    preparer: Preparer
    clients: Clients

    async def check(self, order: PreparationRequest, site: Site, field: str, value: Any, expected: str) -> InputOutcome:
        """Try one input; see `DataService.check_input`."""
        wanted = expectations(expected)
        template, node, place = trial_of(site.template, field, value)
        order.on_failure = OnFailure.ROLLBACK
        try:
            prepared = await self.preparer.prepare(order, replace(site, template=template))
        except PreparationError as failure:
            outcome = outcome_of_failure(failure, field, node)
            if outcome is None:
                raise
        else:
            try:
                outcome = outcome_of_success(prepared.data, field, node, place, value)
                if outcome.answer is None and "unchanged" in wanted:
                    kept = await self._read_back(site, prepared, node, place)
                    same = kept == value and type(kept) is type(value)
                    outcome = InputOutcome(field, "unchanged" if same else "accepted", None, kept)
            finally:
                await self._remove(prepared)
        judge(outcome, wanted, value)
        return outcome

    async def _read_back(self, site: Site, prepared: Prepared, node: str, place: tuple[str, ...]) -> Any:
        """Return the value that a thing has when it is read, by the habits of REST; None where it cannot be."""
        record = next((data_record for data_record in prepared.work.records.values() if data_record.node == node), None)
        if record is None or record.remote_id is None or "path" not in (record.create or {}):
            return None
        request = reading(record.create, _address(record))
        attempt = await self.clients.caller(site.connection, site.template, site.environment).send(request, safe=True)
        readable = attempt.response is not None and attempt.response.ok
        return kept_value(attempt.response.json, place) if readable and attempt.response else None

    async def _remove(self, prepared: Prepared) -> None:
        report = await self.preparer.remove([prepared.work])
        for orphan in report.orphans:
            log.warning("Could not remove %s", orphan)


def _address(record: DataRecord) -> str:
    """Return where a thing is read: where it is removed, else below its collection."""
    delete = record.delete or {}
    if delete.get("method") == "DELETE" and str(record.remote_id) in str(delete.get("path")):
        return str(delete["path"])
    create = record.create or {}
    return own_address(str(create["path"]), str(record.remote_id), str(create["method"]))
