"""``verified-buddy simulate``: a load runs on a machine, which tells what it does as a kernel would."""
