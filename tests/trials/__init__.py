"""What tests and benchmarks share: servers, generated mail, an office to try, long runs."""
