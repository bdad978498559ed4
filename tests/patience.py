"""How long tests wait for what they have started."""

# Seconds after which a process has surely hung, however much else the machine does. A test that
# asks how soon something happens compares ratios or counts instead.
HANG = 900
