"""The directory behind `dedup.ports.Directory`: in memory, and in the catalogue."""
