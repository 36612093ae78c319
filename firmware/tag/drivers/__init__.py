"""Register access to the parts on the I2C bus. Each driver takes the bus and gives raw codes."""
