"""What people fill in, one module for each noun."""
"""What people fill in on the pages of the catalogue."""
