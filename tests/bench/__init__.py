"""Speed as ratios, each pair timed in alternating rounds on the same machine (`make bench`)."""
