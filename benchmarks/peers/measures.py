"""What the pandas and polars peers share: what is measured, in which unit, and by which levels."""

from __future__ import annotations

UNIT = 10_000
"""Values are added as whole numbers of 1 / UNIT."""
MEASURES = {
    "units_30d": ("units_30d_low", "units_30d_high", ["units_basis"]),
    "gmv_30d": ("gmv_30d_low", "gmv_30d_high", ["units_basis", "currency"]),
    "units_shown": ("units_low", "units_high", ["units_basis", "units_window_days"]),
    "listings": ("listings", "listings", []),
}
"""Of each measure the columns of its low and high end, and what is never mixed in it."""
SUMS = ["low", "high", "open", "open_low", "own_families", "rival_families", "families", "listings"]
"""What is added up of a brand's families."""
LEVELS = "doj-ftc-2023"
