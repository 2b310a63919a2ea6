"""The front end is trusted, hence tested: random functions of its subset, compiled and interpreted, agree."""
