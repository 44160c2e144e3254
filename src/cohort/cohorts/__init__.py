"""Groups of researchers who study a guide together, and who enrolled in them."""
