"""Every fault there is, by its name."""

from tests.chaos.crowd_faults import CROWD_FAULTS
from tests.chaos.hub_faults import HUB_FAULTS
from tests.chaos.line_faults import LINE_FAULTS
from tests.chaos.store_faults import STORE_FAULTS

FAULTS = {fault.name: fault for fault in (*HUB_FAULTS, *STORE_FAULTS, *LINE_FAULTS, *CROWD_FAULTS)}
