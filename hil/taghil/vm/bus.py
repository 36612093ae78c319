"""The calls between the MicroPython VM and the server that holds its world (this docstring is the truth).

The firmware's end is `firmware/boards/emulated.py`.  Transport: two pipes, inherited by the VM; the environment
variable ANKLETAG_WORLD_FD names them as `READ,WRITE` (pipes, because a round trip over two of them takes 6.5 us, where
a socket pair takes 10.8 us, both processes on one core).  The VM is a synchronous client: one write, one reply, no
call overlaps another.  Everything is little-endian.

Request: op u8, then the fields below.  Requests with data carry its length, so that a short read can be told.
Reply: `<bIBB`: status (0 or -errno), ticks u32 (ms modulo 2^30), levels u8 (bit 0 strap, bit 1 case, bit 2 link bytes
wait, bit 3 every part answers), edges u8 (low nibble strap, high nibble case, saturating at 15, cleared by being told),
then the op's data.  A reply has the length that the request implies, also with an error as status (then the data are
zeros); only LINK_READ and GNSS_READ say their own.

| op | name | request | reply data |
|---|---|---|---|
| 0 | HELLO | | unique id 8 B, flash blocks u16, reset cause u8, trace readings u8, input u16, room u16, rate u32 |
| 1 | READ_MEM | addr u8, reg u8, n u8 | n B |
| 2 | WRITE_MEM | addr u8, reg u8, n u8, data | |
| 3 | PIN_OUT | pin u8 (0 = MENB, 1 = the receiver's power, 2 = nine clocks on a bus that is held), level u8 | |
| 4 | SLEEP | ms u32 | |
| 5 | WAIT | deadline ticks u32, flags u8 (bit 0: wake when the link has room) | |
| 6 | LINK_READ | max u16 | n u16, then n B |
| 7 | LINK_WRITE | n u16, data | accepted u16 |
| 8 | FLASH_READ | block u16, offset u16, n u16 | n B |
| 9 | FLASH_PROGRAM | block u16, offset u16, n u16, data | |
| 10 | FLASH_ERASE | block u16 | |
| 11 | ENTROPY | n u8 | n B |
| 12 | TRACE | kind u8 (1 record, 2 seal, 3 diagnostic line), n u16, data | |
| 13 | RESET | cause u8 | none: the server ends the VM and starts it again |
| 14 | TICKS | | |
| 15 | LINK_BAUD | baud u32 | |
| 16 | BATCH | n u16, then n B of requests, then the request that is answered, if any | as of that request |
| 17 | ADC_READ | | code u16 of the battery's converter |
| 18 | GNSS_READ | max u16 | n u16, then n B |

What needs no answer (PIN_OUT, FLASH_PROGRAM, a SLEEP of less than a second, and WRITE_MEM while all parts answer) is
posted: it goes in front of the next request, whose reply tells of it, too.  A write that a part refuses all the same,
since it fell silent a moment before, is lost, as in a part that lost its power behind it: what reads it next sees that.
A batch has 512 bytes at most.

Bit 2 of the levels spares a call at each turn of the firmware: while it is 0 a read of the link may be answered without
asking, once between two calls.

The line: `input` B may be on their way to the tag whatever it does, it takes `room` B in one go while it writes nothing
to flash, and `rate` is its highest baud rate, 0 for one that has none.  LINK_BAUD answers when all that was written has
gone out; from then on the tag's side has that rate (EINVAL for one that it cannot have, and on a line without a rate).

TICKS is for a busy loop that waits for time to pass: the VM keeps the ticks it was last told, CPU time costs nothing.
Costs in virtual time: 90 us a byte on the I2C bus (100 kHz), 0.6 ms a programmed page, 45 ms an erase; else nothing.
A flash operation that is cut costs the share of it that had passed, one that never reaches the chip its transfer.
"""

import struct

HELLO, READ_MEM, WRITE_MEM, PIN_OUT, SLEEP, WAIT, LINK_READ, LINK_WRITE = range(8)
FLASH_READ, FLASH_PROGRAM, FLASH_ERASE, ENTROPY, TRACE, RESET, TICKS, LINK_BAUD = range(8, 16)
BATCH = 16
ADC_READ, GNSS_READ = 17, 18
OPS = 19

SIZES = {SLEEP: 5, PIN_OUT: 3}
"""Bytes of posted requests that do not say it; of FLASH_PROGRAM it is that of a page."""

FD_VARIABLE = "ANKLETAG_WORLD_FD"
PROMPT_VARIABLE = "ANKLETAG_PROMPT"
"""Set when the VM has the terminal: Ctrl-C leads to the prompt instead of to a reset."""
HEAD = struct.Struct("<bIBB")
PIN_MENB, PIN_GNSS, PIN_FREE_BUS = range(3)
LINK_BIT = 4
"""In the levels, beside the world's bits."""
ALL_ANSWER_BIT = 8
WANT_WRITE = 1
TRACE_RECORD, TRACE_SEAL, TRACE_LINE = 1, 2, 3
CAUSE_POWER_ON, CAUSE_WATCHDOG, CAUSE_REQUESTED = 1, 2, 3

TICKS_PERIOD_MS = 1 << 30
TICKS_AT_BOOT_MS = TICKS_PERIOD_MS - 90_000
"""Ticks at each boot: near a wrap, so that every run meets one."""

I2C_BYTE_US = 90
TRANSFER_PAGE_US = 200
"""What a page program takes beside the chip's own time, over SPI and through MicroPython's writeblocks: 0.61 ms in all
were measured on the emulated RP2040."""
PROGRAM_PAGE_US = 400 + TRANSFER_PAGE_US
"""W25Q16JV, revision H, AC electrical characteristics: page program 0.4 ms typical, 3 ms at most.  Every program is
charged as a whole page: writeblocks sends the 256 bytes that it is given, also where most of them are 0xFF."""
ERASE_US = 45_000
"""As above, sector erase: 45 ms typical, 400 ms at most."""
DATA_MOST = 1024
"""Most data bytes that the tag asks for or sends in one call."""
