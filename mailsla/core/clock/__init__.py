"""The clock: which days and hours count, what is promised, and the verdict between two instants."""
