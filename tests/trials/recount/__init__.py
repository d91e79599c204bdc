"""The recount: mail written and judged by a program that shares no code with mailsla, held against what it says."""
