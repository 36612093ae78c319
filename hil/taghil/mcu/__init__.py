"""An RP2040 that runs a MicroPython of the user's with the tag's firmware in its flash, instruction by instruction.

chip.py builds it out of rp2040py, repairs.py mends where that differs from the chip, storage.py is its flash, wiring.py
leads its pins to the world of taghil.world, usb.py and uartline.py its lines to a pseudo-terminal; server.py runs it
with the controls that the unix port has. fitted.py says whether its tag is fitted, micropython.py what the user brings.
"""
