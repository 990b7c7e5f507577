"""Rates of convergence."""

import numpy as np


def order(sizes, errors):
    """Slope of log(error) against log(size) by least squares."""
    return np.polyfit(np.log(sizes), np.log(errors), 1)[0]
