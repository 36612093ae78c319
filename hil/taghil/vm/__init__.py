"""The unix-port emulator: the server of the world, its pseudo-terminal, its pace, and the process class."""
