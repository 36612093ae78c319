"""The simulated world: the wearer or a replayed file, the parts at register level, the bus between them."""
