"""What a seal needs beyond SHA-256: ECDSA on P-256 and a pool of random numbers."""
