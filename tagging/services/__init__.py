"""What people and workers do: one module per part of the work, one verb per function."""
