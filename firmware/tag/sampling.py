"""One reading: every sense asked once, raw codes kept. An absent or silent part costs its value, not the reading."""

from tagproto import records

from .drivers import ads1115, tmp117, vcnl4040
from .drivers.ads1115 import Ads1115
from .drivers.lmp91000 import Lmp91000
from .drivers.tmp117 import Tmp117
from .drivers.vcnl4040 import Vcnl4040

# Where the amplifier of the cell or the ADC behind it has come to an end: within 1 mV of ground, or the highest code.
_CODE_MIN = 16
_CODE_MAX = 32767
# The potentiostat says nothing by itself: of so many readings one asks whether it still works.
_CHECK_EVERY = 15
# The code of a sense that gave none. Its flag says so; 0 keeps the coding short.
_NO_CODE = 0

_ETIMEDOUT = 110
_ENODEV = 19
_ERANGE = 34

_SENSES = (records.SENSE_CELL, records.SENSE_TEMP, records.SENSE_PROX)


class Sampler:
    """Fields flags, cell_code, temp_code and prox_count hold the last reading.

    on_fault(sense, code): called when a sense begins to fail, once until it works again.
    """

    def __init__(self, board, on_fault):
        self._board = board
        self._on_fault = on_fault
        self._clock = board.clock
        self._potentiostat = Lmp91000(board.i2c, board.menb)
        self._adc = Ads1115(board.i2c, board.clock)
        self._thermometer = Tmp117(board.i2c, board.clock)
        self._proximity = Vcnl4040(board.i2c)
        # Senses that answered their configuration; the others are tried again at every reading.
        self._ready = 0
        self._failing = 0
        self._unchecked = 0
        self.flags = 0
        self.cell_code = 0
        self.temp_code = 0
        self.prox_count = 0

    def configure(self):
        """Bring up every part that is not up. Never raises."""
        for sense in _SENSES:
            if not self._ready >> sense & 1:
                try:
                    if sense == records.SENSE_CELL:
                        good = self._potentiostat.configure()
                    elif sense == records.SENSE_TEMP:
                        good = self._thermometer.check()
                    else:
                        good = self._proximity.configure()
                    code = _ENODEV
                except OSError as error:
                    good = False
                    code = error.errno or 0
                if good:
                    self._ready |= 1 << sense
                else:
                    self._fail(sense, code)

    def sample(self):
        """Take a reading into the fields; lasts about 130 ms of waiting. Never raises."""
        if self._ready != _ALL_READY:
            if not self._ready:
                # All at once: one of them may hang in a transfer and hold the line.
                self._board.free_bus()
            self.configure()
        clock = self._clock
        flags = 0
        if self._board.strap.value():
            flags |= records.FLAG_STRAP_OPEN
        if self._board.case.value():
            flags |= records.FLAG_CASE_OPEN
        ready = self._ready
        temp_started = ready & _TEMP_BIT and self._start(records.SENSE_TEMP, self._thermometer)
        cell_started = ready & _CELL_BIT and self._start(records.SENSE_CELL, self._adc)
        prox_started = ready & _PROX_BIT and self._start(records.SENSE_PROX, self._proximity)
        # The other measurements are over long before the temperature's: one wait serves all.
        if temp_started:
            clock.sleep_ms(tmp117.CONVERSION_MS)
        elif cell_started:
            clock.sleep_ms(ads1115.CONVERSION_MS)
        elif prox_started:
            clock.sleep_ms(vcnl4040.CONVERSION_MS)
        cell = self._finish_cell() if cell_started else None
        prox = self._finish(records.SENSE_PROX, self._proximity) if prox_started else None
        temp = self._finish(records.SENSE_TEMP, self._thermometer) if temp_started else None
        if cell is None:
            flags |= records.FLAG_NO_CELL
        elif not _CODE_MIN <= cell < _CODE_MAX:
            flags |= records.FLAG_CELL_SATURATED
        if temp is None:
            flags |= records.FLAG_NO_TEMP
        if prox is None:
            flags |= records.FLAG_NO_PROX
        self.flags = flags
        self.cell_code = _NO_CODE if cell is None else cell
        self.temp_code = _NO_CODE if temp is None else temp
        self.prox_count = _NO_CODE if prox is None else prox

    def sample_anew(self):
        """As `sample`, with every part brought up before."""
        self._ready = 0
        self.sample()

    def _start(self, sense, part):
        try:
            part.start()
        except OSError as error:
            self._fail(sense, error.errno or 0)
            return False
        return True

    def _finish(self, sense, part):
        try:
            value = part.read()
        except OSError as error:
            self._fail(sense, error.errno or 0)
            return None
        if value is None:
            self._fail(sense, _ETIMEDOUT)
        elif sense != records.SENSE_CELL:
            self._failing &= ~(1 << sense)
        return value

    def _finish_cell(self):
        """The code; None where the ADC gave none, or the potentiostat does not do what it should."""
        code = self._finish(records.SENSE_CELL, self._adc)
        if code is None:
            return None
        self._unchecked += 1
        good = _CODE_MIN <= code < _CODE_MAX
        if not good or self._unchecked >= _CHECK_EVERY:
            self._unchecked = 0
            try:
                works = self._potentiostat.check()
                error_code = _ENODEV
            except OSError as error:
                works = False
                error_code = error.errno or 0
            if not works:
                self._fail(records.SENSE_CELL, error_code)
                return None
        if good:
            self._failing &= ~_CELL_BIT
        else:
            self._fail(records.SENSE_CELL, _ERANGE)
        return code

    def _fail(self, sense, code):
        # A part that failed may have lost its power and with it its registers: bring it up again.
        self._ready &= ~(1 << sense)
        if not self._failing >> sense & 1:
            self._failing |= 1 << sense
            self._on_fault(sense, code)


_CELL_BIT = 1 << records.SENSE_CELL
_TEMP_BIT = 1 << records.SENSE_TEMP
_PROX_BIT = 1 << records.SENSE_PROX
_ALL_READY = _CELL_BIT | _TEMP_BIT | _PROX_BIT
