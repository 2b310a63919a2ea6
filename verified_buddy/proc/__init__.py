"""What the files of /proc and debugfs say of a machine's memory, in the format of Linux 6.1."""
