"""What touches the process and the machine: the clock, logs, jobs, other processes."""
