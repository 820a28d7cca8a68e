"""The proofs at full size. `make prove` runs them and writes docs/proofs.md."""
