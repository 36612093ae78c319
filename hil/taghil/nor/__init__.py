"""NOR flash as it really behaves: cells that tear, wear out and read unstable. `taghil.flash` is its face."""
