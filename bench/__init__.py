"""The project's benchmarks: ratios measured side by side in one run, never timed tests."""
