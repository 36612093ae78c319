"""The tag's firmware: sensors -> sampling -> recorder -> log -> link. Nothing here knows what board it is on."""
