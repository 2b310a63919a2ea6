"""What differs between kernels, under the version's name: forks of one function, each with its tables."""
