"""Models of the parts at register level; each is a `taghil.world.bus.Part`."""
