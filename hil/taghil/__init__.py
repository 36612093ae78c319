"""The emulator and the rig."""
