"""Tests of mailsla; those under `servers` start real mail and database servers on the loopback interface."""
