"""The readiness verdict and the advice per practice (statistics B18), by rules alone."""
