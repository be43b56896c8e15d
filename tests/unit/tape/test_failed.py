"""A request that got no answer fails in a replay as it did in the recording."""

import pytest

from AIGCLibrary.http.transport import TransportError
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.failed import error_of, failure
from AIGCLibrary.tape.masks import Masks


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("lasting", [True, False])
def test_what_is_known_of_a_failure_is_kept(sent, lasting):
    played = error_of(failure(TransportError("no certificate", sent=sent, lasting=lasting), Masks(Redactor())))
    assert (str(played), played.sent, played.lasting) == ("no certificate", sent, lasting)
