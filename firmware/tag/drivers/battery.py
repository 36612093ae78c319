"""The battery behind the board's divider: the mean of some conversions in millivolts."""

from tagproto import records

_SAMPLES = 8
# Under this no tag runs: nothing is connected.
_LEAST_MV = 1000

_ENODEV = 19


class Battery:
    """mv: as `measure` found it last, 0 where there is none.

    converter: has `read_u16`, or None; full_mv: of the battery at the highest code; on_fault(sense, code): called when
    a converter begins to show no battery.
    """

    def __init__(self, converter, full_mv, on_fault):
        self._converter = converter
        self._full_mv = full_mv
        self._on_fault = on_fault
        self._failing = False
        self.mv = 0

    def measure(self):
        """Measure anew."""
        if self._converter is None:
            return
        total = 0
        for _ in range(_SAMPLES):
            total += self._converter.read_u16()
        mv = total * self._full_mv // (65535 * _SAMPLES)
        self.mv = mv if mv >= _LEAST_MV else 0
        if not self.mv and not self._failing:
            self._on_fault(records.SENSE_BATTERY, _ENODEV)
        self._failing = not self.mv
